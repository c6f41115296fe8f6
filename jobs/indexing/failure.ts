import { said } from '../models/errors.ts';
import { IndexRefused, IndexUnavailable } from './errors.ts';

/** What the client throws, as far as it is looked at. */
interface ClientFailure {
  readonly statusCode?: number;
  readonly name?: string;
}

/** Status with which the client's error answers; null when there was no answer. */
export function statusOf(error: unknown): number | null {
  return (error as ClientFailure).statusCode ?? null;
}

/** Whether the same request may pass later. */
export function passes(status: number | null): boolean {
  return status === null || status === 408 || status === 429 || status >= 500;
}

/** The client's error as one of ours. Ours are left as they are. */
export function asIndexError(error: unknown, url: string): Error {
  if (!(error instanceof Error) || !isClientError(error)) return error as Error;
  const status = statusOf(error);
  const words = said(error);
  if (passes(status))
    return new IndexUnavailable(
      `Elasticsearch (${url}) takes nothing: ${words}.`,
      'It is tried again; nothing is lost meanwhile.',
      { cause: error },
    );
  const remedy =
    status === 401 || status === 403
      ? 'Check ELASTICSEARCH_USER and ELASTICSEARCH_PASSWORD or ELASTICSEARCH_API_KEY, and what they may do.'
      : 'Tickwave needs Elasticsearch 8.';
  return new IndexRefused(`Elasticsearch (${url}) refuses: ${words}.`, remedy, { cause: error });
}

const CLIENT_ERRORS = new Set([
  'ConnectionError',
  'TimeoutError',
  'NoLivingConnectionsError',
  'ResponseError',
  'ProductNotSupportedError',
  'DeserializationError',
  'RequestAbortedError',
]);

function isClientError(error: Error): boolean {
  return CLIENT_ERRORS.has(error.name);
}
