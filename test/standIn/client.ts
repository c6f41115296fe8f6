import { readdirSync } from 'node:fs';
import pg from 'pg';
import { checkDialect } from '../../engine/risingwave/dialect.ts';

/**
 * Of what RisingWave was not seen to take, what jobs send all the same: plain statements of its documented SQL, listed in
 * docs/risingwave.md. What it was seen to reject is never among them.
 */
const PLAIN: ReadonlySet<string> = new Set(['delete']);

const checked = new Map<string, readonly string[]>();

/** What RisingWave would not take of a statement, in words. */
export function complaints(sql: string): readonly string[] {
  const known = checked.get(sql);
  if (known !== undefined) return known;
  const found = checkDialect(sql)
    .filter(({ code }) => !PLAIN.has(code))
    .map(({ code, message }) => `${code}: ${message}`);
  checked.set(sql, found);
  return found;
}

const VIEWS: ReadonlySet<string> = new Set(
  ['candles', 'indicators', 'features', 'monitoring'].flatMap((layer) =>
    readdirSync(new URL(`../../sql/${layer}/`, import.meta.url)).map((file) => file.replace(/\.sql$/, '')),
  ),
);

/** A statement with a name stays with the objects that it was prepared for: once another version has a view's name, with the old one. */
export function namedComplaints(sql: string): readonly string[] {
  return [...sql.matchAll(/\b(?:from|join)\s+"?(\w+)/gi)]
    .flatMap(([, name = '']) => (VIEWS.has(name) ? [name] : []))
    .map((view) => `named: it has a name and reads the view ${view}; leave the name out`);
}

/** A statement was sent that is not for RisingWave. */
export class NotForRisingWave extends Error {
  override readonly name = 'NotForRisingWave';

  constructor(sql: string, problems: readonly string[]) {
    super(`${problems.join('; ')}\n${sql}`);
  }
}

/** A client of a database that stands in for RisingWave: it sends nothing that RisingWave would not take. */
export class StandInClient extends pg.Client {
  // Every form in which `pg` may be asked comes through here.
  override query(...given: unknown[]): never {
    const [first] = given;
    const text = typeof first === 'string' ? first : ((first as { readonly text?: string }).text ?? '');
    const name = typeof first === 'string' ? undefined : (first as { readonly name?: string }).name;
    const problems = name === undefined ? complaints(text) : [...complaints(text), ...namedComplaints(text)];
    if (problems.length > 0) throw new NotForRisingWave(text, problems);
    const sent = text === 'flush' ? ['select 1', ...given.slice(1)] : given;
    return (super.query as (...sent: unknown[]) => never)(...sent);
  }
}
