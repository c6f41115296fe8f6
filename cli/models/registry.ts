import type pg from 'pg';
import { systemClock } from '../../engine/clock.ts';
import { ownerPool } from '../../jobs/ownerPool.ts';
import { openRegistry } from '../../jobs/registry/openRegistry.ts';
import type { Registry } from '../../jobs/registry/registry.ts';
import type { Context } from '../context.ts';
import { wholeFrom } from '../numbers.ts';
import { withSession } from '../session.ts';
import { registryPlaces } from './settings.ts';

/** Runs work on the registry of the data folder, after what was changed in MLflow was taken over. */
export function withRegistry<T>(
  context: Context,
  work: (registry: Registry, pool: pg.Pool) => Promise<T>,
): Promise<T> {
  return withSession(context, 'models', async ({ url }) => {
    const pool = ownerPool(url, 'tickwave models', 3);
    try {
      const registry = openRegistry(pool, registryPlaces(context.config()), systemClock);
      for (const sentence of await registry.sync()) context.terminal.say(sentence);
      return await work(registry, pool);
    } finally {
      await pool.end();
    }
  });
}

/** A version by its number or alias, as it is written on the command line. @throws InvalidArgumentError */
export function versionOf(text: string): number | 'champion' | 'challenger' {
  if (text === 'champion' || text === 'challenger') return text;
  return wholeFrom(1)(text);
}

/** Columns under each other, for people. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A figure with four digits, for people. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '-';
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
