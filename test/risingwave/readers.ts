import type { Document } from '../../api/client/generate/types.ts';
import { READS } from '../standIn/readers.ts';
import { requestsOf } from '../standIn/requests.ts';
import { Side } from '../standIn/side.ts';
import { decimal, same } from './compare.ts';

/** Requests under way. */
const AT_ONCE = 4;
/** Characters that are told of an answer. */
const TOLD = 300;
/** Later than what was recorded, so that `as_of` may be asked. */
const NOW = Date.parse('2026-01-01T00:00:00Z');
/** What is of the moment of asking, of the text in which an engine writes a value, or of the SQL that is its own. */
const AMBIENT = /^(request_id|next_cursor|seconds_since_trade|seconds_since_event|identity)$/;

/** What was asked, and what the two do not say alike. */
export interface ReadDifferences {
  readonly asked: number;
  readonly differences: readonly string[];
}

/** Everything that reads at run time, at both addresses: each path of the API, channels, metrics, alerts, datasets, the index. */
export async function readBoth(embedded: string, risingwave: string): Promise<ReadDifferences> {
  const sides = [await Side.open(embedded, () => NOW), await Side.open(risingwave, () => NOW)] as const;
  try {
    const [left, right] = sides;
    const { body } = await left.ask('/openapi.json');
    const paths = await requestsOf(body as Document, left.ask);
    const reads = [
      ...paths.map((path) => [path, (side: Side) => side.ask(path)] as const),
      ...READS.map(([name, read]) => [name, (side: Side) => read(side, NOW)] as const),
    ];
    const differences: string[] = [];
    for (let from = 0; from < reads.length; from += AT_ONCE)
      await Promise.all(
        reads.slice(from, from + AT_ONCE).map(async ([name, read]) => {
          const [a, b] = await Promise.all([answerOf(() => read(left)), answerOf(() => read(right))]);
          const place = differenceOf(a, b, '');
          if (place !== null) differences.push(`${name}${place}`);
        }),
      );
    return { asked: reads.length, differences };
  } finally {
    for (const side of sides) await side.close();
  }
}

/** A refusal is an answer too: one of them does not hide the others. */
async function answerOf(read: () => Promise<unknown>): Promise<unknown> {
  try {
    return JSON.parse(JSON.stringify(await read(), readable));
  } catch (error) {
    return `failed: ${(error as Error).message}`;
  }
}

function readable(_: string, value: unknown): unknown {
  // A sink without brokers is made nowhere, and is in the catalog of the embedded engine only.
  if (Array.isArray(value))
    return value.filter((item) => (item as { kind?: unknown } | null)?.kind !== 'sink');
  if (value instanceof Map) return [...value];
  if (ArrayBuffer.isView(value)) return [...(value as unknown as Iterable<unknown>)];
  return typeof value === 'bigint' ? String(value) : value;
}

/** The first place where two answers differ, with both values; null where they are one. Doubles differ in their last digits. */
export function differenceOf(a: unknown, b: unknown, at: string): string | null {
  if (typeof a === 'object' && a !== null && typeof b === 'object' && b !== null) {
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    for (const name of names.filter((one) => !AMBIENT.test(one))) {
      const [x, y] = [a, b].map((side) => (side as Readonly<Record<string, unknown>>)[name]);
      const found = differenceOf(x, y, `${at}.${name}`);
      if (found !== null) return found;
    }
    return null;
  }
  if (typeof a === 'number' && typeof b === 'number' && same(a, b, 1)) return null;
  if (typeof a === 'string' && typeof b === 'string' && sameText(a, b)) return null;
  if (a === b) return null;
  const [left, right] = [a, b].map((value) => String(JSON.stringify(value)).slice(0, TOLD));
  return ` ${at}: embedded ${left}, RisingWave ${right}`;
}

const NUMBER = /^-?\d+(\.\d+)?$/;

/** Text that holds JSON is compared as what it says; decimals are one however many zeros end them. */
function sameText(a: string, b: string): boolean {
  if (a === b) return true;
  if (NUMBER.test(a) && NUMBER.test(b)) return decimal(a) === decimal(b);
  if (!/^[[{]/.test(a)) return false;
  try {
    return differenceOf(JSON.parse(a), JSON.parse(b), '') === null;
  } catch {
    return false;
  }
}
