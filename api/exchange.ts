import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Visitor } from './access/gate.ts';

/** What is known of a request before any route sees it. */
export interface Exchange {
  readonly requestId: string;
  /** Who asks; nobody before it was looked at. */
  visitor: Visitor;
  /** The template of the path that answered, when it was not Express that found it. */
  route: string | null;
}

/** Who asks without a key. */
export const NOBODY: Visitor = { name: 'nobody', id: null, admin: false, rate: null };

type Carrier = ServerResponse & { locals?: Exchange };

/** Begins what is known of a request. It is kept where Express keeps such things, and finds it. */
export function beginExchange(response: ServerResponse, requestId: string): Exchange {
  const exchange: Exchange = { requestId, visitor: NOBODY, route: null };
  (response as Carrier).locals = exchange;
  return exchange;
}

/** What is known of the request that this answers. */
export function exchangeOf(response: ServerResponse): Exchange {
  const { locals } = response as Carrier;
  if (locals === undefined) throw new Error('the request did not come through the front');
  return locals;
}

/** The path of a request as it was sent, without its query, cut to what a log or an answer may show. */
export function pathShown(request: IncomingMessage): string {
  const url = request.url ?? '';
  const end = url.indexOf('?');
  return (end < 0 ? url : url.slice(0, end)).slice(0, 200);
}
