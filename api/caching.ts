import type { Page } from './columns.ts';

/**
 * How long an answer may be kept. `revalidate`: ask each time, which an ETag makes cheap. `settled`: windows that closed
 * days ago, which only a repair of old trades still changes. `final`: rows that are written once, as known at a time
 * that is over.
 */
export type CacheRule = 'revalidate' | 'settled' | 'final';

/** The header for each rule. Always private: a shared cache does not know who may read. */
export const CACHE_CONTROL: Readonly<Record<CacheRule, string>> = {
  revalidate: 'no-cache',
  settled: 'private, max-age=3600',
  final: 'private, max-age=31536000, immutable',
};

/** A page of rows with how long it may be kept. */
export class Rows {
  readonly page: Page;
  /** Names of the columns, which an empty page does not show. */
  readonly columns: readonly string[];
  readonly rule: CacheRule;
  /** The time, by the clock, until which whoever may read may be given the same again; null when it is read each time. */
  readonly until: number | null;

  constructor(page: Page, columns: readonly string[], rule: CacheRule, until: number | null = null) {
    this.page = page;
    this.columns = columns;
    this.rule = rule;
    this.until = until;
  }
}

/** A body with headers of its own, which the route declares. */
export class Reply {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(body: unknown, headers: Readonly<Record<string, string>>) {
    this.body = body;
    this.headers = headers;
  }
}
