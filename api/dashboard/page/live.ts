import { TickwaveClient } from '../../client/client.ts';
import { element, fill } from './element.ts';
import { keyInUse } from './key.ts';

export type LineState = 'connecting' | 'open' | 'broken';

const WORDS: Readonly<Record<LineState, string>> = {
  connecting: 'Connecting',
  open: 'Live',
  broken: 'Reconnecting',
};

/** The line to the streams: one for the page, which comes back by itself. */
export class Live {
  readonly client: TickwaveClient;
  /** Shows how the line is, and says it to who can't see. */
  readonly badge = element('span', { class: 'badge', role: 'status' });
  readonly #returned = new Set<() => void>();
  #state: LineState = 'connecting';

  constructor() {
    const key = keyInUse();
    this.#show('connecting');
    this.client = new TickwaveClient({
      url: location.origin,
      ...(key === null ? {} : { key }),
      onState: (state) => this.#changed(state),
    });
  }

  /** Calls back when the line is there again after a break, until the signal aborts: what was shown may have holes. */
  onReturn(listener: () => void, signal: AbortSignal): void {
    this.#returned.add(listener);
    signal.addEventListener('abort', () => this.#returned.delete(listener));
  }

  #changed(state: LineState): void {
    const returned = state === 'open' && this.#state === 'broken';
    this.#show(state);
    if (returned) for (const listener of this.#returned) listener();
  }

  #show(state: LineState): void {
    this.#state = state;
    this.badge.dataset.state = state;
    fill(this.badge, element('span', { class: 'dot', 'aria-hidden': 'true' }), WORDS[state]);
  }
}
