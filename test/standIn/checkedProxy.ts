import { type StatementProxy, statementProxy } from '../risingwave/standIn/protocol.ts';
import { Barriers } from './barriers.ts';
import { complaints } from './client.ts';
import { VERSION } from './standIn.ts';

/** What PostgreSQL is sent instead of a text; null for the text itself. */
export type Instead = (text: string, session: number) => Promise<string | null>;

/** A statement that does nothing. */
export const NOTHING = 'select 1 where false';

/**
 * An address at which a PostgreSQL database stands in for RisingWave. What comes there is passed on only if RisingWave was seen to
 * take it, from whichever process it comes, and all of it is noted. It shows nothing of RisingWave itself.
 */
export class CheckedProxy {
  readonly #database: URL;
  readonly #instead: Instead;
  readonly #barriers: Barriers;
  /** Texts that were passed on, in their order. */
  readonly taken: string[] = [];
  /** Texts that RisingWave would not take, and why. */
  readonly refused: string[] = [];
  /** Told of each text before it is passed on: true breaks all connections instead. */
  breaksAt: (text: string) => boolean = () => false;
  #proxy: StatementProxy | null = null;

  private constructor(database: URL, instead: Instead, barriers: Barriers) {
    this.#database = database;
    this.#barriers = barriers;
    this.#instead = instead;
  }

  static async open(
    url: string,
    instead: Instead = async () => null,
    barriers: Barriers = new Barriers(url),
  ): Promise<CheckedProxy> {
    const database = new URL(url);
    const checked = new CheckedProxy(database, instead, barriers);
    const target = { host: database.hostname, port: Number(database.port) };
    checked.#proxy = await statementProxy(
      target,
      (text, session) => checked.#translate(text, session),
      checked.#barriers.around,
    );
    return checked;
  }

  get url(): string {
    const url = new URL(this.#database);
    url.port = String(this.#proxy?.port);
    return url.href;
  }

  async close(): Promise<void> {
    await this.#proxy?.close();
    await this.#barriers.close();
  }

  /** What was written past the proxy is seen from now on, too. */
  barrier(): Promise<void> {
    return this.#barriers.next();
  }

  async #translate(text: string, session: number): Promise<string> {
    const problems = complaints(text);
    if (problems.length > 0) {
      this.refused.push(`${problems.join('; ')}\n${text}`);
      return `refused: ${problems.join('; ')}`;
    }
    if (this.breaksAt(text)) {
      this.#proxy?.breakConnections();
      return NOTHING;
    }
    this.taken.push(text);
    const instead = await this.#instead(text.toLowerCase(), session);
    if (text === 'flush') await this.#barriers.next();
    return instead ?? (text === 'flush' ? NOTHING : text.replace('version()', `'${VERSION}'::varchar`));
  }
}
