import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Workplace, workplace } from '../test/support/cli.ts';
import { testDatabase } from '../test/support/database.ts';

let place: Workplace;

beforeAll(() => {
  place = workplace();
});

afterAll(() => place.remove());

describe('without a running Tickwave', () => {
  test('status and psql say so, with their exit code', async () => {
    const [status, psql] = await Promise.all([place.run('status', '--json'), place.run('psql')]);
    expect(status.code).toBe(4);
    expect(JSON.parse(status.stdout)).toMatchObject({ running: false, pid: null });
    expect([psql.code, psql.stdout]).toEqual([4, '']);
    expect(psql.stderr).toContain('tickwave start');
  });

  test('doctor finds a machine fit, as JSON too', async () => {
    const { code, stdout } = await place.run('doctor', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ healthy: true })]);
  });
});

test("works on a database of one's own, and gives it back", async () => {
  const database = await testDatabase();
  const elsewhere = workplace({ DATABASE_URL: database.url, SIMULATOR_HISTORY: '0', SIMULATOR_MARKETS: '1' });
  const running = await elsewhere.start();
  const { stdout } = await elsewhere.run('status', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    running: true,
    database: { version: expect.stringContaining('PostgreSQL 18') },
  });
  expect(stdout).not.toContain(new URL(database.url).password);
  running.signal('SIGINT');
  expect((await running.ended).code).toBe(0);
  await elsewhere.remove();
  await database.drop();
});

describe('bad usage', () => {
  test('names the verb that was meant', async () => {
    const { code, stdout, stderr } = await place.run('sttus');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Did you mean status?');
  });

  test('of the environment names variable, value and what is allowed, and nothing is tried', async () => {
    const { code, stdout, stderr } = await place.spawn(['start'], { PORT: 'http', SIMULATOR_SED: '7' }).ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain("PORT is 'http'; it has to be a whole number from 0 to 65535");
    expect(stderr).toContain('did you mean SIMULATOR_SEED?');
    expect(stderr).not.toContain('    at ');
  });

  test('of the file of alerts is told before a database is started', async () => {
    const file = join(place.dataDir, '..', 'alerts.yaml');
    writeFileSync(file, 'rules:\n  - name: late\n    sevrity: warning\n');
    const { code, stdout, stderr } = await place.spawn(['start'], { ALERTS_FILE: file }).ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(file);
    expect(stderr).toContain('line 2');
  });

  test('of a replay is told before a database is started', async () => {
    expect((await place.run('replay', 'x.csv', '--speed', 'fast')).code).toBe(2);
  });
});

describe('sql', () => {
  test('explain says how a view is kept', async () => {
    const [text, json, wrong] = await Promise.all([
      place.run('explain', 'candles_1m', '--sql'),
      place.run('explain', '--json'),
      place.run('explain', 'candls_1m'),
    ]);
    expect(text.stdout).toMatch(/grain +exchange, symbol, window_start/);
    expect(text.stdout).toContain('create or replace function engine.refresh_candles_1m');
    const names = (JSON.parse(json.stdout) as { name: string }[]).map(({ name }) => name);
    expect(names).toContain('features');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("did you mean 'candles_1m'")]);
  });

  test('check prints problems with file and line', async () => {
    expect((await place.run('check')).code).toBe(0);
    const folder = join(place.dataDir, '..', 'broken');
    mkdirSync(join(folder, 'candles'), { recursive: true });
    writeFileSync(join(folder, 'candles', 'a.sql'), '-- A.\ncreate view a as\nselect x from tradess;\n');
    const { code, stdout } = await place.spawn(['check'], { SQL_DIR: folder }).ended;
    expect(code).toBe(1);
    expect(stdout).toContain(
      "sql/candles/a.sql:3: 'a' reads 'tradess', which no file defines [unknown-relation]",
    );
  });

  test('sql gives each engine its own statements, inputs first', async () => {
    const [postgres, risingwave] = await Promise.all([
      place.run('sql', '--json'),
      place.run('sql', '--engine', 'risingwave'),
    ]);
    const names = postgres.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { name: string }).name);
    expect(names.indexOf('trades')).toBeLessThan(names.indexOf('candles_1s'));
    expect(postgres.stdout).not.toContain('connector');
    expect(risingwave.stdout).toContain("connector = 'kafka'");
  });

  test('test runs the tests of a view', async () => {
    const { code, stdout, stderr } = await place.run('test', 'candles_1m');
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^\d+ passed, 0 failed/m)]);
    expect(stdout).toMatch(/^ok {4}candles_1m: /m);
  });
});
