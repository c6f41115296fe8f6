import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { tryHold } from '../../engine/database/hold.ts';
import { ManualClock } from '../../test/support/manualClock.ts';
import { type JobsDatabase, jobsDatabase } from '../registry/testing/tables.ts';
import { BadSchedule, JobBusy, UnknownRun } from './errors.ts';
import { runOnSchedule } from './recurring.ts';
import { type Job, type JobLimits, JobRunner } from './runner.ts';
import { parseSchedule } from './schedule.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LIMITS: JobLimits = { timeMs: HOUR, memoryBytes: null };
const nobody = new AbortController().signal;

describe('a schedule', () => {
  test('off is none', () => {
    expect(parseSchedule(' off ')).toBeNull();
  });

  test.each([
    ['90 min', 90 * MINUTE],
    ['24h', 24 * HOUR],
    ['7 d', 168 * HOUR],
  ])('%s counts from the last start', (text, ms) => {
    const schedule = parseSchedule(text);
    expect(schedule?.isDue(START, START, null)).toBe(true);
    expect(schedule?.isDue(START + ms - 1, START, START)).toBe(false);
    expect(schedule?.isDue(START + ms, START, START)).toBe(true);
  });

  test('a cron expression matches minutes in UTC, and what was slept through for up to an hour', () => {
    const schedule = parseSchedule('30 3 * * 4'); // 2026-01-01 is a Thursday.
    const at = START + 3.5 * HOUR;
    expect(schedule?.isDue(at, at - 1, null)).toBe(true);
    expect(schedule?.isDue(at + 29_000, at - 1000, at)).toBe(true);
    expect(schedule?.isDue(at + 29_000, at, at)).toBe(false);
    expect(schedule?.isDue(at - 1, START, null)).toBe(false);
    expect(schedule?.isDue(at + 59 * MINUTE, START, null)).toBe(true);
    expect(schedule?.isDue(at + 61 * MINUTE, START, null)).toBe(false);
    expect(schedule?.isDue(at + 24 * HOUR, at + 24 * HOUR - 1, null)).toBe(false);
  });

  test.each(['', '0h', '5', 'daily', '61 3 * * *', '0 0 3 * * *'])('%j is refused', (text) => {
    expect(() => parseSchedule(text)).toThrow(BadSchedule);
    expect(() => parseSchedule(text)).toThrow("a cron expression such as '0 3 * * *'");
  });
});

describe('a job', () => {
  let database: JobsDatabase;
  let clock: ManualClock;
  let memory: number;
  let runner: JobRunner;

  beforeAll(async () => {
    database = await jobsDatabase();
  });

  afterAll(() => database?.drop());

  beforeEach(async () => {
    await database.pool.query('truncate job_runs');
    clock = new ManualClock(START);
    memory = 1000;
    runner = new JobRunner({ pool: database.pool, clock, memory: () => memory });
  });

  const newest = async () => (await runner.runs.list('train', 1))[0];
  const run = (job: Job, limits = LIMITS, signal = nobody) =>
    runner.run('train', 'hand', job, limits, signal);
  const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
    while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
  };
  /** A job that ends when it is told to, and how it is told. */
  function held(): { readonly job: Job; readonly release: (message: string) => void } {
    let release: (message: string) => void = () => {};
    const released = new Promise<string>((resolve) => {
      release = resolve;
    });
    const job: Job = ({ signal }) =>
      Promise.race([
        released,
        new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        ),
      ]);
    return { job, release };
  }

  test('is a row from its beginning to its end', async () => {
    const { job, release } = held();
    const ended = run((control) => {
      control.progress(0.4, 'fold 2 of 5');
      return job(control);
    });
    await until(() => clock.sleeping > 0);
    expect(await newest()).toMatchObject({
      run: 1,
      state: 'running',
      startedBy: 'hand',
      startedAt: '2026-01-01T00:00:00.000Z',
    });
    clock.wakeNext();
    await until(async () => (await newest())?.progress === 0.4);
    expect(await newest()).toMatchObject({
      message: 'fold 2 of 5',
      updatedAt: '2026-01-01T00:00:01.000Z',
      finishedAt: null,
    });
    release('return-5m 7 registered');
    expect(await ended).toEqual({ run: 1, state: 'done', message: 'return-5m 7 registered' });
    expect(await newest()).toMatchObject({
      state: 'done',
      progress: 1,
      message: 'return-5m 7 registered',
      finishedAt: '2026-01-01T00:00:01.000Z',
    });
  });

  test('that throws has failed, and the next one may run', async () => {
    expect(await run(() => Promise.reject(new Error('no rows')))).toEqual({
      run: 1,
      state: 'failed',
      message: 'no rows',
    });
    expect(await run(() => Promise.resolve('fine'))).toEqual({ run: 2, state: 'done', message: 'fine' });
  });

  test('runs alone of its kind, also across processes', async () => {
    const { job, release } = held();
    const ended = run(job);
    await until(() => clock.sleeping > 0);
    const other = new JobRunner({ pool: database.pool, clock, memory: () => memory });
    const second = other.run('train', 'schedule', job, LIMITS, nobody);
    await expect(second).rejects.toThrow(JobBusy);
    await expect(second).rejects.toThrow('A train is running (1, since 2026-01-01T00:00:00.000Z)');
    expect((await other.run('export', 'hand', () => Promise.resolve('x'), LIMITS, nobody)).state).toBe(
      'done',
    );
    release('');
    await ended;
  });

  test('may begin as soon as the end of the one before can be read', async () => {
    await run(() => Promise.resolve('first'));
    // The row of a run says that it has ended before whoever ran it has let go.
    const hold = await tryHold(database.pool, 'tickwave job train', clock);
    const next = run(() => Promise.resolve('second'));
    await until(() => clock.sleeping > 0);
    await hold?.release();
    expect(await clock.runUntil(next)).toMatchObject({ run: 2, state: 'done', message: 'second' });
    const again = await tryHold(database.pool, 'tickwave job train', clock);
    await expect(clock.runUntil(run(() => Promise.resolve('third')))).rejects.toThrow(
      'A train is running (2,',
    );
    await again?.release();
  });

  test('is called off from anywhere', async () => {
    const ended = run(held().job);
    await until(() => clock.sleeping > 0);
    await runner.runs.cancel('train', 1);
    clock.wakeNext();
    expect(await ended).toMatchObject({
      state: 'cancelled',
      message: expect.stringContaining('It was called off'),
    });
    await expect(runner.runs.cancel('train', 1)).rejects.toThrow(UnknownRun);
  });

  test('is called off with the process', async () => {
    const stop = new AbortController();
    const ended = run(held().job, LIMITS, stop.signal);
    await until(() => clock.sleeping > 0);
    stop.abort();
    expect(await ended).toMatchObject({
      state: 'cancelled',
      message: expect.stringContaining('Tickwave was stopped'),
    });
    expect((await run(() => Promise.resolve('never'), LIMITS, stop.signal)).state).toBe('cancelled');
  });

  test('ends at its limit of time', async () => {
    const ended = run(held().job, { timeMs: 2500, memoryBytes: null });
    const { state, message } = await clock.runUntil(ended);
    expect(state).toBe('failed');
    expect(message).toContain('It took 2.5 s; give it more time');
    expect(clock.now() - START).toBeGreaterThanOrEqual(2500);
  });

  test('ends at its limit of memory', async () => {
    const ended = run(held().job, { timeMs: HOUR, memoryBytes: 500 });
    await until(() => clock.sleeping > 0);
    memory = 1501;
    clock.wakeNext();
    expect((await ended).message).toContain('It took 501 bytes of memory; 500 are allowed');
  });

  test('whose process died is lost when the next one begins', async () => {
    const dying = new JobRunner({ pool: database.pool, clock, memory: () => memory });
    await dying.runs.begin('train', 'schedule');
    expect((await newest())?.state).toBe('running');
    await run(() => Promise.resolve('done'));
    const runs = await runner.runs.list('train', 5);
    expect(runs.map(({ run: number, state }) => [number, state])).toEqual([
      [2, 'done'],
      [1, 'lost'],
    ]);
  });

  test('on a schedule runs when it is due, once each time, and survives failures and restarts', async () => {
    const schedule = parseSchedule('2h');
    if (schedule === null) throw new Error('off');
    const starts: number[] = [];
    const said: string[] = [];
    const job: Job = async () => {
      starts.push((clock.now() - START) / HOUR);
      if (starts.length === 2) throw new Error('no rows');
      return 'trained';
    };
    const recur = async (times: number): Promise<void> => {
      const stop = new AbortController();
      const say = (sentence: string): void => {
        said.push(sentence);
        if (said.length === times) stop.abort();
      };
      await clock.runUntil(
        runOnSchedule({ kind: 'train', schedule, job, limits: LIMITS, runner, clock, say }, stop.signal),
      );
    };
    await recur(2);
    await recur(3);
    // The one that failed is made up for after five minutes.
    expect(starts.map((hours) => Math.round(hours * 10) / 10)).toEqual([0, 2, 2.1]);
    expect(said).toEqual(['train 1: done. trained', 'train 2: failed. no rows', 'train 3: done. trained']);
  });
});
