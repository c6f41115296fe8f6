import { Reply } from '../caching.ts';
import type { StoreName } from './store.ts';

/** The header that says who answered, as documented. */
export const STORE_HEADER = {
  'tickwave-store': 'elasticsearch, or tables when the index is away, incomplete or does not go back so far',
} as const;

/** An answer that says, in its body and in a header, which store it came from. */
export function answeredBy(store: StoreName, body: Readonly<Record<string, unknown>>): Reply {
  return new Reply({ store, ...body }, { 'tickwave-store': store });
}
