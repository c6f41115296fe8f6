/** What came over a stream of server-sent events: a line `id:`, an event and its data. */
export interface StreamEvent {
  readonly id: string | undefined;
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a message, whose shape it does not know
  readonly data: any;
}

/** Follows server-sent events as a browser's EventSource does: comes back after a break and says what it had last. */
export class EventFollower {
  readonly events: StreamEvent[] = [];
  readonly #url: string;
  readonly #leaving = new AbortController();
  readonly #run: Promise<void>;
  #waiting: (() => void)[] = [];
  #last: string | undefined;
  /** How often it was connected. */
  connected = 0;

  constructor(url: string) {
    this.#url = url;
    this.#run = this.#follow();
  }

  /** Resolves when this holds; it is looked at after everything that comes. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async leave(): Promise<void> {
    this.#leaving.abort();
    await this.#run;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#leaving;
    while (!signal.aborted) {
      try {
        await this.#read();
      } catch {
        // The line broke, or nobody is there yet: tried again, without hurry.
      }
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #read(): Promise<void> {
    const headers = this.#last === undefined ? {} : { 'last-event-id': this.#last };
    const response = await fetch(this.#url, { headers, signal: this.#leaving.signal });
    if (response.status !== 200) return;
    this.connected++;
    const decoder = new TextDecoder();
    let text = '';
    for await (const bytes of response.body ?? []) {
      text += decoder.decode(bytes, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
      for (const look of this.#waiting.splice(0)) look();
    }
  }

  #take(block: string): void {
    const fields = new Map(
      block.split('\n').map((line): [string, string] => {
        const at = line.indexOf(': ');
        return [line.slice(0, at), line.slice(at + 2)];
      }),
    );
    this.#last = fields.get('id') ?? this.#last;
    const event = fields.get('event');
    if (event === undefined) return;
    this.events.push({ id: fields.get('id'), event, data: JSON.parse(fields.get('data') ?? '') });
  }
}
