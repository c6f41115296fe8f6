import { z } from 'zod';
import type { RowChange } from './feed.ts';

const summarySchema = z.object({
  refresh: z.number(),
  views: z.record(z.string(), z.number()),
  any: z.boolean().default(false),
});

const keysSchema = z.object({
  refresh: z.number(),
  view: z.string(),
  truncated: z.boolean().default(false),
  changes: z
    .array(z.object({ op: z.enum(['insert', 'update', 'delete']), key: z.record(z.string(), z.unknown()) }))
    .default([]),
});

/** What a refresh changed, as `tickwave_changes` tells it. `any`: anything may have, as when an engine began or names were switched. */
export type Summary = Readonly<z.infer<typeof summarySchema>>;

/** A part of the changed keys of one view. */
export interface NotifiedKeys {
  readonly refresh: number;
  readonly view: string;
  /** There were more than are told. */
  readonly truncated: boolean;
  readonly changes: readonly RowChange[];
}

/** Reads a payload of `tickwave_changes`; null where it is none, for everybody who may connect may notify. */
export function readSummary(payload: string): Summary | null {
  return summarySchema.safeParse(json(payload)).data ?? null;
}

/** Reads a payload of `tickwave_<view>`. */
export function readKeys(payload: string): NotifiedKeys | null {
  const { data } = keysSchema.safeParse(json(payload));
  if (data === undefined) return null;
  const changes = data.changes.map(({ op, key }): RowChange => ({ op, key: revived(key), row: null }));
  return { ...data, changes };
}

function json(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return null;
  }
}

/** What JSON makes of a time, and of nothing else in a key. */
const TIME = /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function revived(key: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(key).map(([column, value]) => [
      column,
      typeof value === 'string' && TIME.test(value) ? new Date(value) : value,
    ]),
  );
}
