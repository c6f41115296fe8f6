import { keyInUse, needKey } from './key.ts';

/** The API refused, or did not answer. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly code: string;
  readonly reasons: readonly string[];

  constructor(code: string, message: string, reasons: readonly string[] = []) {
    super(message);
    this.code = code;
    this.reasons = reasons;
  }
}

type Query = Readonly<Record<string, string | number | undefined>>;

/** Longer than the server gives a query, so its own words for a slow one arrive. */
const PATIENCE_MS = 12_000;

/** Asks a path of the API. @throws RestError */
export async function get<T>(path: string, query: Query = {}): Promise<T> {
  const text = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  ).toString();
  const key = keyInUse();
  const response = await fetch(text === '' ? path : `${path}?${text}`, {
    headers: key === null ? {} : { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error: unknown) => {
    throw new RestError('unreachable', 'The server does not answer. It may be starting, or stopped.', [
      String(error),
    ]);
  });
  const body = await response
    .json()
    .catch(() => ({ detail: `${path} answered ${response.status}, not in JSON` }));
  if (response.ok) return body as T;
  const { code = 'unknown', detail = '', reasons = [] } = body as Partial<Problem>;
  if (response.status === 401) needKey(detail);
  throw new RestError(code, detail, reasons);
}

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly reasons: readonly string[];
}

/** A page of rows. */
export interface Page<T> {
  readonly data: readonly T[];
  /** Names the next page; null on the last one. */
  readonly next_cursor: string | null;
}

/** Asks for a page of rows, the newest first unless `order` says otherwise. @throws RestError */
export function page<T>(path: string, query: Query, cursor: string | null): Promise<Page<T>> {
  return get<Page<T>>(path, cursor === null ? query : { ...query, cursor });
}

/** Asks for rows; the newest first unless `order` says otherwise. @throws RestError */
export async function rows<T>(path: string, query: Query = {}): Promise<readonly T[]> {
  return (await get<{ readonly data: readonly T[] }>(path, query)).data;
}
