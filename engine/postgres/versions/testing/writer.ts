import pg from 'pg';

const PLACES = 3;
/** Every so many inserts something older is taken away or corrected. */
const CORRECT_EVERY = 7;

/** Writes ticks without end, late ones and corrections among them, in a session of its own. */
export class Writer {
  readonly #client: pg.Client;
  #next: number;
  #running: Promise<void> | null = null;
  #going = false;

  private constructor(client: pg.Client, next: number) {
    this.#client = client;
    this.#next = next;
  }

  /** @param from first id that it writes */
  static async begin(url: string, from: number): Promise<Writer> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {}); // The statement under way rejects.
    await client.connect();
    const writer = new Writer(client, from);
    writer.resume();
    return writer;
  }

  resume(): void {
    this.#going = true;
    this.#running = this.#run();
    this.#running.catch(() => undefined); // Told by `pause`.
  }

  /** Ends after the statement under way. @throws what went wrong with one */
  async pause(): Promise<void> {
    this.#going = false;
    await this.#running;
  }

  async end(): Promise<void> {
    await this.pause().finally(() => this.#client.end().catch(() => undefined));
  }

  async #run(): Promise<void> {
    for (; this.#going; this.#next++) {
      const id = this.#next;
      await this.#client.query(
        `insert into ticks (place, id, at, price)
         select 'place ' || n % ${PLACES}, n, '2026-01-01 00:00:00+00'::timestamptz + (n - n % 5 * 20) * interval '3 seconds', n % 17
         from generate_series($1::int * 10, $1::int * 10 + 9) as n on conflict do nothing`,
        [id],
      );
      if (id % CORRECT_EVERY !== 0) continue;
      await this.#client.query('delete from ticks where id = $1::int * 10 - 3', [id]);
      await this.#client.query('update ticks set price = price + 1 where id = $1::int * 10 - 14', [id]);
    }
  }
}
