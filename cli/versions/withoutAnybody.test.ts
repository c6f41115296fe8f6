import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { buildCatalog, readSqlFolder } from '../../engine/catalog/catalog.ts';
import { marked } from '../../engine/postgres/versions/testing/marked.ts';
import { Bench, catalogWith, FILES } from '../../engine/postgres/versions/testing/places.ts';
import { type Workplace, workplace } from '../../test/support/cli.ts';

// As a cluster runs it: a job that deploys by the real command, and an engine that does not.
const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
let bench: Bench;
let sql: string;
let place: Workplace;

beforeEach(async () => {
  bench = await Bench.make();
  sql = mkdtempSync(join(tmpdir(), 'tickwave-sql-'));
  place = workplace({ DATABASE_URL: bench.database.url, SQL_DIR: sql });
});

afterEach(async () => {
  await place.remove();
  await bench.remove();
  rmSync(sql, { recursive: true });
});

function write(files: Readonly<Record<string, string | null>>): void {
  for (const folder of ['layer', 'tests']) mkdirSync(join(sql, folder), { recursive: true });
  for (const [name, text] of Object.entries({ ...FILES, ...files }))
    writeFileSync(join(sql, 'layer', `${name}.sql`), text ?? '');
}

test('`apply --promote` changes what readers see when all audits pass, once, and nothing when one fails', async () => {
  await bench.open(catalogWith(marked(1)));
  await bench.write(1, 300);
  const half = marked(2).minutes?.replace('at is not null', 'at is not null and id > 290') ?? '';
  write({ ...marked(2), minutes: half });
  const failed = await place.run('apply', '--promote');
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('FAILED  minutes: rows')]);
  expect(await bench.rows('select distinct factor from minutes')).toEqual([{ factor: 1 }]);
  await bench.step(1, 'cleanup', 'cancelled');

  write(marked(2));
  const applied = await place.run('apply', '--promote');
  expect([applied.code, applied.stderr]).toEqual([0, expect.stringContaining('has the names now')]);
  expect(await bench.rows('select distinct factor from minutes')).toEqual([{ factor: 2 }]);
  const again = await place.run('apply', '--promote');
  expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('nothing to do')]);
});

test('`engine --no-apply` leaves what is deployed as it is, whatever sql/ says', async () => {
  const files = await readSqlFolder(join(repository, 'sql'));
  const file = 'candles/candles_1d.sql';
  const text = files.get(file)?.replace('max(high) as high', 'max(high) + 0 as high') ?? '';
  expect(text).toContain('max(high) + 0');
  await bench.open(buildCatalog(new Map([...files, [file, text]])));
  await bench.close();
  cpSync(join(repository, 'sql'), sql, { recursive: true });

  const engine = await place.startVerb('engine', ['--no-apply']);
  expect(await bench.rows("select source from engine.deployed where name = 'candles_1d'")).toEqual([
    { source: text },
  ]);
  engine.signal('SIGINT');
  expect((await engine.ended).code).toBe(0);
});
