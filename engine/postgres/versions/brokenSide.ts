import { DatabaseError } from 'pg';
import { names } from '../compile/names.ts';
import type { Layout } from '../deploy/plan.ts';

/** PostgreSQL's word for an insert that comes twice upon one key. */
const TWICE = '21000';

/**
 * Which view of another version a refresh failed at, and why, in words; null where it failed at something else. Views of a version
 * that nobody reads must not keep those that are read from their refresh.
 */
export function whyBroken(error: unknown, { sides, catalog }: Layout): string | null {
  const from = error instanceof Error && error.cause instanceof DatabaseError ? error.cause : error;
  if (!(from instanceof DatabaseError)) return null;
  const called = /engine\."?(\w+)"?\(boolean,boolean\)/.exec(from.where ?? '')?.[1];
  const broken = [...sides].find(([name]) => names.refresh(name) === called);
  if (broken === undefined) return null;
  const [name, { view }] = broken;
  const { file, key } = catalog.get(name);
  const why =
    from.code === TWICE
      ? `several of its rows have the same key (${key.join(', ')})`
      : `it can't be computed: ${from.message}`;
  return `sql/${file}: ${view}: ${why}. Put it right, then \`tickwave apply\` again`;
}
