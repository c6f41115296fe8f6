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

  constructor(page: Page, columns: readonly string[], rule: CacheRule) {
    this.page = page;
    this.columns = columns;
    this.rule = rule;
  }
}
