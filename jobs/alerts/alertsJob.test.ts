import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ManualClock } from '../../test/support/manualClock.ts';
import { type Alerts, parseAlerts } from './alertsFile.ts';
import { alertsJob } from './alertsJob.ts';
import { TRIES } from './deliver.ts';
import { type AlertsDatabase, alertsDatabase } from './testing/database.ts';
import { type Receiver, startReceiver } from './testing/receiver.ts';

const MINUTE = 60_000;
/** Ten in the evening, less five minutes. */
const START = Date.UTC(2026, 0, 10, 21, 55);

let database: AlertsDatabase;
let receiver: Receiver;
let clock: ManualClock;
let said: string[];

beforeAll(async () => {
  database = await alertsDatabase();
});

afterAll(() => database?.drop());

beforeEach(async () => {
  await database.pool.query('truncate alerts, alert_deliveries, measured');
  receiver = await startReceiver();
  clock = new ManualClock(START);
  said = [];
});

afterEach(() => receiver.stop());

/** One rule over `measured`, told to one webhook. */
const alerts = (more = ''): Alerts =>
  parseAlerts(
    `destinations:
  - {name: desk, type: webhook, url: '${receiver.url}', secret: 0123456789abcdef, allow_private: true}
rules:
  - name: slow
    summary: It is slow.
    severity: critical
    sql: select symbol, value from measured
    above: 10
    clear: 8
    for: 2m
    clear_for: 1m
    ${more}
`,
    {},
  );

const run = (given: Alerts = alerts()) =>
  alertsJob({
    ...{ pool: database.pool, clock, alerts: given, disk: async () => null },
    say: (sentence) => said.push(sentence),
  })();

async function pass(ms: number): Promise<void> {
  const slept = clock.sleep(ms);
  clock.wakeNext();
  await slept;
}

/** Gives a market a value and looks each minute, as often as said. */
async function hold(value: number | null, minutes: number, given: Alerts = alerts()): Promise<void> {
  await database.pool.query(
    "insert into measured values ('BTC/USD', $1) on conflict (symbol) do update set value = excluded.value",
    [value],
  );
  for (let minute = 0; minute < minutes; minute++) {
    await run(given);
    await pass(MINUTE);
  }
}

const rows = async (sql: string): Promise<Record<string, unknown>[]> => (await database.pool.query(sql)).rows;
const told = () => receiver.received.map(({ body }) => (JSON.parse(body) as { event: string }).event);

describe('an alert from its beginning to its end', () => {
  test('is a row, is told once, and its end too; the next one is another episode', async () => {
    await hold(11, 2);
    expect([await rows('select state, episode, told from alerts'), told()]).toEqual([
      [{ state: 'pending', episode: 1, told: 'nothing' }],
      [],
    ]);
    await hold(12, 3);
    expect(told()).toEqual(['firing']);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual({
      ...{ id: 'slow/symbol=BTC/USD/1/firing', event: 'firing', rule: 'slow', severity: 'critical' },
      ...{ summary: 'It is slow.', labels: { symbol: 'BTC/USD' }, value: 12, threshold: 10 },
      ...{ since: '2026-01-10T21:55:00.000Z', resolved_at: null },
    });
    await hold(9, 3);
    expect(told()).toEqual(['firing']);
    await hold(8, 3);
    expect(told()).toEqual(['firing', 'resolved']);
    expect(said).toEqual([
      'alert slow (symbol=BTC/USD) fires: It is slow. It is 12.',
      'alert slow (symbol=BTC/USD) is resolved.',
    ]);
    await hold(11, 3);
    expect(await rows('select episode, state, told from alerts order by episode')).toEqual([
      { episode: 1, state: 'resolved', told: 'resolved' },
      { episode: 2, state: 'firing', told: 'firing' },
    ]);
    expect(
      await rows('select event, episode, state, attempts, answer from alert_deliveries order by created_at'),
    ).toEqual([
      { event: 'firing', episode: 1, state: 'sent', attempts: 1, answer: '200' },
      { event: 'resolved', episode: 1, state: 'sent', attempts: 1, answer: '200' },
      { event: 'firing', episode: 2, state: 'sent', attempts: 1, answer: '200' },
    ]);
  });

  test('that came back before it fired leaves nothing', async () => {
    await hold(11, 2);
    await hold(10, 1);
    expect(await rows('select * from alerts')).toEqual([]);
  });

  test('whose rule is taken out of the file ends', async () => {
    await hold(11, 3);
    await run({ ...alerts(), rules: [] });
    expect([await rows('select state, told from alerts'), told()]).toEqual([
      [{ state: 'resolved', told: 'resolved' }],
      ['firing', 'resolved'],
    ]);
  });

  test('stays as it is while its query fails, which is said once', async () => {
    await hold(11, 3);
    const job = alertsJob({
      ...{ pool: database.pool, clock, disk: async () => null, say: (sentence) => said.push(sentence) },
      alerts: {
        ...alerts(),
        rules: alerts().rules.map((rule) => ({ ...rule, sql: 'select value from nowhere' })),
      },
    });
    said = [];
    await job();
    await job();
    expect(said).toEqual([expect.stringMatching(/^the alert rule slow failed: .*nowhere/)]);
    expect(await rows('select state from alerts')).toEqual([{ state: 'firing' }]);
  });

  test('is looked at by one process at a time', async () => {
    await hold(11, 1);
    const other = await database.pool.connect();
    try {
      await other.query("select pg_advisory_lock(hashtextextended('tickwave alerts', 0))");
      await hold(11, 3);
      expect(await rows('select state from alerts')).toEqual([{ state: 'pending' }]);
    } finally {
      // Not by ending the session, which the database notices a moment later.
      await other.query('select pg_advisory_unlock_all()');
      other.release();
    }
  });
});

describe('quiet hours', () => {
  const quiet = () => alerts("quiet_hours: {from: '22:00', to: '06:00'}");
  const morning = Date.UTC(2026, 0, 11, 6);

  test('what still fires after them is told then', async () => {
    await pass(5 * MINUTE);
    await hold(11, 4, quiet());
    expect([await rows('select state, told from alerts'), told()]).toEqual([
      [{ state: 'firing', told: 'nothing' }],
      [],
    ]);
    await pass(morning - clock.now() - 1);
    await run(quiet());
    expect(told()).toEqual([]);
    await pass(1);
    await run(quiet());
    expect(told()).toEqual(['firing']);
  });

  test('what came and went in them is never told', async () => {
    await pass(5 * MINUTE);
    await hold(11, 4, quiet());
    await hold(0, 3, quiet());
    await pass(morning - clock.now());
    await hold(0, 1, quiet());
    expect([await rows('select state, told from alerts'), told()]).toEqual([
      [{ state: 'resolved', told: 'never' }],
      [],
    ]);
  });

  test('the end in them of what was told before is told after them', async () => {
    await hold(11, 5, quiet());
    expect(told()).toEqual(['firing']);
    await hold(0, 3, quiet());
    expect(told()).toEqual(['firing']);
    await pass(morning - clock.now());
    await hold(0, 1, quiet());
    expect(told()).toEqual(['firing', 'resolved']);
  });
});

describe('a destination that is away', () => {
  test('is tried again after longer and longer pauses, and gets the message once it is back', async () => {
    receiver.reply = { status: 503 };
    await hold(11, 2);
    await run();
    const pauses: number[] = [];
    for (let attempt = 1; attempt < 8; attempt++) {
      const [row] = (
        await database.pool.query<{ attempts: number; next_attempt_at: Date }>(
          'select * from alert_deliveries',
        )
      ).rows;
      expect(row?.attempts).toBe(attempt);
      const pause = (row?.next_attempt_at.getTime() ?? 0) - clock.now();
      pauses.push(pause / 1000);
      await pass(pause - 1);
      await run();
      expect(receiver.received).toHaveLength(attempt);
      await pass(1);
      await run();
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 960, 1800]);
    receiver.reply = { status: 200 };
    await pass(30 * MINUTE);
    await run();
    expect(await rows('select state, attempts, answer from alert_deliveries')).toEqual([
      { state: 'sent', attempts: 9, answer: '200' },
    ]);
  });

  test('is given up after some tries, and the end is not told then', async () => {
    receiver.reply = { status: 503 };
    await hold(11, 3);
    for (let attempt = 0; attempt < TRIES + 2; attempt++) {
      await pass(31 * MINUTE);
      await run();
    }
    expect(receiver.received).toHaveLength(TRIES);
    expect(await rows('select state, attempts, answer, next_attempt_at from alert_deliveries')).toEqual([
      { state: 'failed', attempts: TRIES, answer: '503', next_attempt_at: null },
    ]);
    expect(said).toContain('desk was not told of slow: 503');
    receiver.reply = { status: 200 };
    await hold(0, 3);
    expect(receiver.received).toHaveLength(TRIES);
  });

  test('gets the end after the beginning', async () => {
    receiver.reply = { status: 503 };
    await hold(11, 3);
    await hold(0, 2);
    receiver.reply = { status: 200 };
    receiver.received.length = 0;
    await pass(5 * MINUTE);
    await run();
    await run();
    expect(told()).toEqual(['firing', 'resolved']);
  });

  test('that refuses is not asked again, and one that is taken out of the file is given up', async () => {
    receiver.reply = { status: 410, body: 'gone' };
    await hold(11, 4);
    expect(await rows('select state, answer from alert_deliveries')).toEqual([
      { state: 'failed', answer: '410 gone' },
    ]);
    await database.pool.query('truncate alerts, alert_deliveries');
    receiver.reply = { status: 503 };
    await hold(11, 3);
    await run({ ...alerts(), destinations: [] });
    expect(await rows('select state, answer from alert_deliveries')).toEqual([
      { state: 'failed', answer: 'The destination is not there any more.' },
    ]);
  });

  test('holds up one message, not all of them, and gets twenty at a time', async () => {
    await database.pool.query("insert into measured select 'M' || n, 11 from generate_series(1, 30) as n");
    for (let minute = 0; minute < 2; minute++) {
      await run();
      await pass(MINUTE);
    }
    receiver.reply = { status: 503 };
    await run();
    expect(receiver.received).toHaveLength(1);
    receiver.reply = { status: 200 };
    await pass(MINUTE);
    await run();
    expect(receiver.received).toHaveLength(21);
    await run();
    expect(receiver.received).toHaveLength(31);
  });
});

test('what is old is deleted, with the messages about it', async () => {
  await hold(11, 3);
  await hold(0, 3);
  await pass(364 * 24 * 60 * MINUTE);
  await run();
  expect(await rows('select count(*)::int as n from alerts')).toEqual([{ n: 1 }]);
  await pass(2 * 24 * 60 * MINUTE);
  await run();
  expect(await rows('select count(*)::int as n from alerts')).toEqual([{ n: 0 }]);
  expect(await rows('select count(*)::int as n from alert_deliveries')).toEqual([{ n: 0 }]);
});
