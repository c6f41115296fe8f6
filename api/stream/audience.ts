import type { Channel } from './channels.ts';
import { changeMessages, type Message } from './message.ts';
import type { Topic, TopicChange } from './topic.ts';

/** Whoever is sent what changes. */
export interface Subscriber {
  /** Called with the changes of what it follows, and the same as messages. Must not throw. */
  deliver(changes: readonly TopicChange[], messages: readonly Message[]): void;
  /** Called when all channels of this moment have been delivered. Must not throw. */
  delivered(): void;
}

interface Group {
  readonly topics: ReadonlySet<Topic>;
  readonly members: Set<Subscriber>;
}

/** Those who follow one channel, together with those who follow the same topics: they are sent the same messages. */
export class Audience {
  readonly #channel: Channel;
  readonly #groups = new Map<string, Group>();
  readonly #placeOf = new Map<Subscriber, string>();

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** From now on the subscriber follows these topics of the channel and no others. */
  place(subscriber: Subscriber, topics: ReadonlySet<Topic>): void {
    this.#leave(subscriber);
    if (topics.size === 0) return;
    const id = [...topics]
      .map((topic) => topic.id)
      .sort()
      .join('|');
    const group = this.#groups.get(id) ?? { topics: new Set(topics), members: new Set() };
    this.#groups.set(id, group);
    group.members.add(subscriber);
    this.#placeOf.set(subscriber, id);
  }

  /** Delivers to those whom it concerns, and adds them to the others. */
  publish(
    changes: readonly TopicChange[],
    cursors: { readonly before: string; readonly after: string },
    concerned: Set<Subscriber>,
  ): void {
    for (const { topics, members } of this.#groups.values()) {
      const own = changes.filter((change) => topics.has(change.topic));
      if (own.length === 0) continue;
      const messages = changeMessages(this.#channel, own, cursors.after, cursors.before);
      for (const member of members) {
        member.deliver(own, messages);
        concerned.add(member);
      }
    }
  }

  #leave(subscriber: Subscriber): void {
    const id = this.#placeOf.get(subscriber);
    if (id === undefined) return;
    this.#placeOf.delete(subscriber);
    const group = this.#groups.get(id);
    group?.members.delete(subscriber);
    if (group?.members.size === 0) this.#groups.delete(id);
  }
}
