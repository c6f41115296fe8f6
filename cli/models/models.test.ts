import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { type Cli, type Workplace, waitFor, workplace } from '../../test/support/cli.ts';

// A market from nothing to served predictions, as `tickwave start` does it by itself; then what an operator does about them.

let place: Workplace;
let client: pg.Client;
let running: Cli;

beforeAll(async () => {
  place = workplace({
    SIMULATOR_MARKETS: '1',
    SIMULATOR_HISTORY: '28',
    MODEL_ALGORITHM: 'ridge',
    MODEL_TUNING_TRIALS: '0',
    MODEL_LEAST_ROWS: '300',
  });
  running = await place.start();
  const { stdout } = await place.run('psql', '--print');
  client = new pg.Client({ connectionString: stdout.trim() });
  await client.connect();
}, 240_000);

afterAll(async () => {
  await client?.end();
  await place.remove();
}, 120_000);

async function rows(text: string): Promise<readonly Record<string, unknown>[]> {
  return (await client.query<Record<string, unknown>>(text)).rows;
}

const ended = (run: Record<string, unknown> | null) => run !== null && run.state !== 'running' && run;

async function command(...args: readonly string[]) {
  const { code, stdout, stderr } = await place.run(...args);
  return { code, stderr, answer: stdout === '' ? null : JSON.parse(stdout) };
}

describe('tickwave start', () => {
  test('trains once there is history, and puts the baseline before the model', async () => {
    const training = async () =>
      (await rows("select state, started_by, progress, message from job_runs where kind = 'train'"))[0] ??
      null;
    const run = await waitFor('a run', training)
      .then(() => waitFor('the end of the run', async () => ended(await training())))
      .catch((error: Error) => {
        throw new Error(`${error.message}; it said: ${running.stdout()} ${running.stderr()}`);
      });
    expect(run).toMatchObject({ state: 'done', started_by: 'schedule', progress: 1 });
    expect(run.message).toMatch(/^return-5m 1 \(ridge, \d+ rows\): /);
    const models = await waitFor('two models in service', async () => {
      const found = await rows(
        'select version, alias, algorithm from models where alias is not null order by version',
      );
      return found.length === 2 && found;
    });
    expect(models).toEqual([
      { version: 1, alias: 'challenger', algorithm: 'ridge' },
      { version: 2, alias: 'champion', algorithm: 'persistence' },
    ]);
  }, 240_000);

  test('predicts each minute with both as it closes', async () => {
    await waitFor('a prediction', async () => (await rows('select from predictions limit 1')).length === 1);
    // One is in service before the other, and a minute may close between the two.
    const predicted = await waitFor('predictions of a minute by both', async () => {
      const found = await rows(
        `select version, base_price::text, predicted_price::text, late, latency_ms from predictions
         where window_start = (select window_start from predictions group by 1 having count(*) > 1 order by 1 limit 1)
         order by version`,
      );
      return found.length > 0 && found;
    });
    expect(predicted.map(({ version, late }) => [version, late])).toEqual([
      [1, false],
      [2, false],
    ]);
    const [, baseline] = predicted;
    expect(Number(baseline?.predicted_price)).toBe(Number(baseline?.base_price));
  }, 240_000);
});

describe('tickwave models', () => {
  test('lists versions and shows one', async () => {
    const { answer } = await command('models', 'list', '--json');
    expect(answer).toMatchObject([{ version: 2, alias: 'champion' }, { version: 1 }]);
    const shown = await command('models', 'show', 'return-5m', 'challenger', '--json');
    expect(shown.answer.model).toMatchObject({ version: 1, algorithm: 'ridge', horizonMinutes: 5 });
    expect(shown.answer.decisions).toHaveLength(2);
  }, 120_000);

  test('does not promote what has not been judged, does so for a reason, and rolls back', async () => {
    const refused = await command('models', 'promote', 'return-5m', '--json');
    expect(refused).toMatchObject({ code: 1, answer: { action: 'refuse', version: 1 } });
    expect(await command('models', 'promote', 'return-5m', '1')).toMatchObject({ code: 2, answer: null });
    const promoted = await command('models', 'promote', 'return-5m', '1', '--reason', 'because', '--json');
    expect(promoted).toMatchObject({
      code: 0,
      answer: { action: 'promote', version: 1, previousVersion: 2, reasons: ['because'] },
    });
    const back = await command('models', 'rollback', 'return-5m', '--json');
    expect(back).toMatchObject({ code: 0, answer: { action: 'rollback', version: 2, alias: 'champion' } });
  }, 120_000);

  test('compares two versions', async () => {
    const { code, answer } = await command('models', 'compare', 'return-5m', '1', '2', '--json');
    expect(code).toBe(0);
    expect(answer).toMatchObject({ first: { version: 1 }, second: { version: 2 }, onlyFirst: [] });
    expect(answer.verdict.reasons[0]).toMatch(/minutes are known of both, 500 are needed/);
  }, 120_000);

  test('an unknown model is refused with what to do', async () => {
    const { code, stderr } = await command('models', 'show', 'return-6m');
    expect(code).toBe(1);
    expect(stderr).toContain('return-6m');
    expect(stderr).not.toContain('    at ');
  }, 60_000);
});

test('leaks are looked for in a database at rest', async () => {
  const { code, stderr } = await command('check', '--leaks');
  expect(code).toBe(3);
  expect(stderr).toContain('a database at rest is compared');
}, 60_000);

describe('tickwave train', () => {
  test('trains beside it by hand, and is called off by what limits it', async () => {
    const { code, answer } = await command('train', '--folds', '2', '--json');
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      state: 'done',
      models: [{ name: 'return-5m', version: 3, algorithm: 'ridge' }],
    });
    const little = await command('train', '--horizon', '60', '--since', '2099-01-01', '--json');
    expect(little.code).toBe(1);
    expect(little.answer).toMatchObject({ state: 'failed', models: [] });
    expect(little.answer.message).toMatch(/There are 0 minutes .* 300 are needed/);
  }, 240_000);
});
