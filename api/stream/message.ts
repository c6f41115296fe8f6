import type { Channel } from './channels.ts';
import type { Topic, TopicChange } from './topic.ts';
import { textFrame, Wire } from './wire.ts';

/** A message as text, and as the bytes of either protocol. */
export class Message extends Wire {
  readonly channel: string;
  readonly text: string;
  /** Where to go on from, for those who come back. */
  readonly cursor: string | null;
  #frame: Buffer | null = null;
  #event: Buffer | null = null;

  constructor(channel: string, text: string, cursor: string | null = null) {
    super();
    this.channel = channel;
    this.text = text;
    this.cursor = cursor;
  }

  get frame(): Buffer {
    this.#frame ??= textFrame(this.text);
    return this.#frame;
  }

  /** The same, after which one who comes back does not go on: more belongs to it. */
  withoutId(): Message {
    return new Message(this.channel, this.text);
  }

  /** A heartbeat is a comment, which no reader takes for an event. */
  get event(): Buffer {
    if (this.channel === 'heartbeat') return COMMENT;
    const id = this.cursor === null ? '' : `id: ${this.cursor}\n`;
    this.#event ??= Buffer.from(`${id}event: ${this.channel}\ndata: ${this.text}\n\n`);
    return this.#event;
  }
}

/** Rows of a channel, made into text already. */
export function rowsMessage(
  channel: Channel,
  type: 'snapshot' | 'update' | 'delete',
  rows: readonly string[],
  cursor: string,
): Message {
  return new Message(
    channel.name,
    `{"channel":"${channel.name}","type":"${type}","cursor":"${cursor}","data":[${rows.join(',')}]}`,
    cursor,
  );
}

/** Says that rows were not sent, and how many if that is known. */
export function gapMessage(topic: Topic, dropped: number | null, cursor: string): Message {
  const { channel, market, timeframe } = topic;
  const data = [{ ...market, ...(timeframe === null ? {} : { timeframe }), dropped }];
  return new Message(
    channel.name,
    JSON.stringify({ channel: channel.name, type: 'gap', cursor, data }),
    cursor,
  );
}

/**
 * What changed, as messages.
 *
 * @param before cursor of what came before: all but the last message have it, for who breaks off amid them has not got the rest
 */
export function changeMessages(
  channel: Channel,
  changes: readonly TopicChange[],
  cursor: string,
  before: string,
): readonly Message[] {
  const gone = changes.flatMap((change) => change.gone.map((row) => row.key));
  const rows = changes.flatMap((change) => change.rows.map((row) => row.json));
  const missing = changes.filter(({ dropped }) => dropped !== 0);
  const makers = [
    ...missing.map(
      ({ topic, dropped }) =>
        (at: string) =>
          gapMessage(topic, dropped, at),
    ),
    ...(gone.length > 0 ? [(at: string) => rowsMessage(channel, 'delete', gone, at)] : []),
    ...(rows.length > 0 ? [(at: string) => rowsMessage(channel, 'update', rows, at)] : []),
  ];
  return makers.map((make, index) => make(index === makers.length - 1 ? cursor : before));
}

const COMMENT = Buffer.from(': heartbeat\n\n');

/** Told when nothing else is. */
export const HEARTBEAT = new Message('heartbeat', '{"channel":"heartbeat"}');
