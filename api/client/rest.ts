import { TickwaveError } from './error.ts';
import type { Paths } from './paths.ts';

export type Path = keyof Paths;
export type Query<P extends Path> = Paths[P]['query'];
export type Answer<P extends Path> = Paths[P]['answer'];

/** Paths that answer in pages. */
export type ListPath = {
  [P in Path]: Answer<P> extends { readonly data: readonly unknown[]; readonly next_cursor: string | null }
    ? P
    : never;
}[Path];

/** A row of a list; with `fields`, columns that were not asked for are missing. */
export type Row<P extends ListPath> = Answer<P>['data'][number];

export interface RestOptions {
  /** Address of the API, as http://127.0.0.1:8080. */
  readonly url: string;
  readonly key?: string;
}

/**
 * Asks Tickwave's REST paths, typed by the API's own document. Parameters of the path stand beside those of the query.
 *
 * @example
 * const rest = new RestClient({ url: 'http://127.0.0.1:8080' });
 * const { data } = await rest.get('/v1/predictions/{symbol}', { symbol: 'BTC-USD' });
 * for await (const candle of rest.rows('/v1/candles/{symbol}', { symbol: 'BTC-USD', timeframe: '5m' })) console.log(candle.close);
 */
export class RestClient {
  readonly #options: RestOptions;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  /** One answer. @throws TickwaveError when the server refuses, with its code. */
  async get<P extends Path>(path: P, query: Query<P>): Promise<Answer<P>> {
    const { url, key } = this.#options;
    const response = await fetch(
      url + address(path, query),
      key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } },
    );
    const body: unknown = await response.json();
    if (response.ok) return body as Answer<P>;
    const { code, detail, retryable } = body as Problem;
    throw new TickwaveError(code, detail, retryable);
  }

  /** Every row of a list, page after page; `limit` is the size of a page. @throws TickwaveError */
  async *rows<P extends ListPath>(path: P, query: Query<P>): AsyncGenerator<Row<P>, void, undefined> {
    let cursor: string | null = null;
    do {
      const page: Answer<P> = await this.get(path, cursor === null ? query : { ...query, cursor });
      yield* page.data as readonly Row<P>[];
      cursor = page.next_cursor;
    } while (cursor !== null);
  }
}

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly retryable: boolean;
}

function address(path: string, query: object): string {
  const left = new Map(Object.entries(query).filter(([, value]) => value !== undefined));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(left.get(name));
    left.delete(name);
    return encodeURIComponent(value);
  });
  const text = new URLSearchParams(
    [...left].map(([name, value]): [string, string] => [name, String(value)]),
  ).toString();
  return text === '' ? filled : `${filled}?${text}`;
}
