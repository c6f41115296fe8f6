import pg from 'pg';

/** Asks once. @returns what is wrong with the answer, or null */
export type Ask = (client: pg.Client) => Promise<string | null>;

const POLL_MS = 5;

/** A session of its own that asks again and again, until it is told to end or something is wrong. */
export class Reader {
  readonly #client: pg.Client;
  readonly #ask: Ask;
  readonly #running: Promise<void>;
  #asked = 0;
  #problem: string | null = null;
  #ending = false;

  private constructor(client: pg.Client, ask: Ask) {
    this.#client = client;
    this.#ask = ask;
    this.#running = this.#run();
  }

  static async begin(url: string, ask: Ask): Promise<Reader> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {}); // The question under way rejects.
    await client.connect();
    await client.query("set timezone = 'UTC'");
    return new Reader(client, ask);
  }

  /** Waits until it has begun and answered so many questions more. @throws what went wrong */
  async more(questions: number): Promise<void> {
    // One may be under way that began before.
    const until = this.#asked + questions + 1;
    while (this.#asked < until && this.#problem === null && !this.#ending)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (this.#problem !== null) throw new Error(this.#problem);
  }

  /** Ends after the question under way. @returns what went wrong, or null */
  async end(): Promise<string | null> {
    this.#ending = true;
    await this.#running;
    return this.#problem;
  }

  async #run(): Promise<void> {
    try {
      while (!this.#ending && this.#problem === null) {
        this.#problem = await this.#ask(this.#client);
        this.#asked++;
      }
    } catch (error) {
      this.#problem = String(error);
    }
    await this.#client.end().catch(() => undefined);
  }
}
