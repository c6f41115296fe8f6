import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Catalog } from '../../api/catalog.ts';
import type { Document } from '../../api/client/generate/types.ts';
import { MEASURED } from '../../api/metrics/measured.ts';
import type { RowKey } from '../../api/stream/changeSource.ts';
import { CHANNELS } from '../../api/stream/channels.ts';
import { Reader } from '../../api/stream/reader.ts';
import type { Topic } from '../../api/stream/topic.ts';
import { readStore } from '../../cli/store.ts';
import { examine } from '../../engine/doctor.ts';
import { readAlertsFile } from '../../jobs/alerts/alertsFile.ts';
import { type Measurement, measure } from '../../jobs/alerts/measure.ts';
import { presentSources, readRows, readSpans } from '../../jobs/indexing/tables.ts';
import { monitor } from '../../jobs/monitoring/monitor.ts';
import { STANDARD_MONITORING } from '../../jobs/monitoring/settings.ts';
import { readLive } from '../../jobs/report/live.ts';
import { findHistory } from '../../jobs/retraining/history.ts';
import { readDataset } from '../../jobs/training/dataset/read.ts';
import { RECORDINGS } from '../risingwave/recording.ts';
import { describeWithData } from '../support/data.ts';
import { ManualClock } from '../support/manualClock.ts';
import { BothSides } from './bothSides.ts';
import { everything } from './decisions.ts';
import { requestsOf } from './requests.ts';

const SEED = Number(process.env.SEED ?? 20190701);
const TRADES = 700;
/** Requests under way. */
const AT_ONCE = 4;
const BTC = { exchange: 'kraken', symbol: 'BTC/USD' } as const;

let both: BothSides;

/** Asks both for everything. */
async function compare(): Promise<{ asked: number; full: number; different: readonly string[] }> {
  const [left, right] = both.sides;
  if (!left || !right) throw new Error('there are not two of them');
  const document = (await left.ask('/openapi.json')).body as Document;
  expect((await right.ask('/openapi.json')).body).toEqual(document);
  const paths = await requestsOf(document, left.ask);
  const different: string[] = [];
  let full = 0;
  for (let from = 0; from < paths.length; from += AT_ONCE)
    await Promise.all(
      paths.slice(from, from + AT_ONCE).map(async (path) => {
        const [a, b] = await Promise.all([left.ask(path), right.ask(path)]);
        const { data } = a.body as { readonly data?: readonly unknown[] };
        if ((data ?? []).length > 0) full++;
        if (textOf(a) !== textOf(b)) different.push(`${path}: ${textOf(a)} on the stand-in ${textOf(b)}`);
      }),
    );
  return { asked: paths.length, full, different };
}

/** Columns that are of the moment of asking. */
const AMBIENT = /^(request_id|seconds_since_trade|seconds_since_event)$/;

function textOf(answer: unknown): string {
  return JSON.stringify(answer, (name, value: unknown) => (AMBIENT.test(name) ? null : value));
}

const subjects = (found: readonly Measurement[] | undefined) => found?.map(({ subject }) => subject);

/** Series that both have: how large a database is and how old its newest event, they do not say alike. */
const SERIES = MEASURED.filter(({ name, statistic }) => !statistic && !/event_age/.test(name)).map(
  ({ name }) => `${name}{`,
);

describeWithData(
  `what reads the stand-in, as it reads the embedded engine (SEED=${SEED})`,
  RECORDINGS,
  () => {
    beforeAll(async () => {
      both = await BothSides.open();
    });
    afterAll(() => both?.close());
    afterEach(() => expect(both.place.proxy.refused).toEqual([]));

    test('the API, where there is nothing', async () => {
      const { asked, different } = await compare();
      expect(different).toEqual([]);
      expect(asked).toBeGreaterThan(80);
    });

    test('the API, with recorded data', async () => {
      await both.load(everything(TRADES, SEED));
      const { asked, full, different } = await compare();
      expect(different).toEqual([]);
      // A comparison of nothing with nothing finds nothing.
      expect(full / asked).toBeGreaterThan(0.9);
    });

    test('metrics', async () => {
      const [left, right] = await both.of(async ({ ask }) =>
        String((await ask('/metrics')).body)
          .split('\n')
          .filter((line) => SERIES.some((name) => line.startsWith(name)))
          .sort(),
      );
      expect(right).toEqual(left);
      expect(new Set(left?.map((line) => line.split('{')[0])).size).toBeGreaterThan(8);
    });

    test.each(CHANNELS.map((channel) => [channel.name, channel] as const))(
      'the channel %s',
      async (_, channel) => {
        const [left, right] = await both.of(async ({ pool }) => {
          const reader = new Reader(pool, channel, new Catalog(pool, { now: () => both.now }));
          const market = channel.markets ? BTC : null;
          const newest = await reader.newest({
            market,
            timeframe: channel.timeframed ? '1m' : null,
          } as Topic);
          const keys = newest.slice(0, 3).map(({ key }) => JSON.parse(key) as RowKey);
          const byKeys = await reader.byKeys(keys);
          return { newest, byKeys: byKeys.map(({ json }) => json).sort() };
        });
        expect(right).toEqual(left);
        expect(left?.byKeys.length).toBeGreaterThan(0);
      },
    );

    test('rules of alerts', async () => {
      const { rules } = readAlertsFile('alerts.yaml', {});
      const disk = { freeBytes: 10, totalBytes: 100 };
      for (const rule of rules) {
        const [left, right] = await both.of(({ jobs }) => measure(jobs, rule, { disk, timeoutMs: 60_000 }));
        // How old something is changes while it is asked.
        const compared = /freshness|now\(\)/.test(rule.sql) ? subjects : (found: typeof left) => found;
        expect([rule.name, compared(right)]).toEqual([rule.name, compared(left)]);
      }
    });

    test('what is trained on', async () => {
      const request = { markets: [BTC], horizonMinutes: 5, features: null, since: null, until: null };
      const [left, right] = await both.of(async ({ jobs }) => {
        const client = await jobs.connect();
        try {
          const range = { horizonMinutes: 5, since: null, until: null, windowMs: 90 * 86_400_000 };
          const history = await findHistory(client, range);
          return {
            history,
            read: await readDataset(client, { ...request, asOf: both.now, mostRows: 10_000 }),
          };
        } finally {
          client.release();
        }
      });
      expect(right).toEqual(left);
      expect(left?.read.rows.times.length).toBeGreaterThan(0);
    });

    test('what is indexed', async () => {
      const [left, right] = await both.of(async ({ jobs }) => {
        const found: unknown[] = [];
        for (const source of await presentSources(jobs))
          for (const { from, rows } of await readSpans(jobs, source, 0)) {
            const own: unknown[] = [];
            // Each engine has hashes of its own.
            for await (const page of readRows(jobs, source, from))
              own.push(...page.map((row) => ({ ...row, row_hash: '' })));
            found.push([source.name, from, Number(rows), own]);
          }
        return found;
      });
      expect(right).toEqual(left);
      expect(left?.length).toBeGreaterThan(8);
    });

    test('reports and the monitoring of models', async () => {
      const model = { name: 'ridge', version: 1, horizonMinutes: 5, markets: [BTC] };
      const [left, right] = await both.of(({ jobs }) =>
        readLive(jobs, model, {
          fee: 0.001,
          timeOf: (time: number) => new Date(time).toISOString(),
        } as never),
      );
      expect(right).toEqual(left);
      const registry = { serving: async () => [], load: () => Promise.reject(new Error('no files')) };
      for (const { jobs } of both.sides)
        expect(
          await monitor({ pool: jobs, registry, clock: new ManualClock(both.now) }, STANDARD_MONITORING),
        ).toMatchObject({ retrain: [] });
    });

    test('status and doctor', async () => {
      const [left, right] = await both.of(({ url }) => readStore(url));
      expect(left).toMatchObject({ markets: [{ exchange: 'binance' }, { exchange: 'kraken' }] });
      expect(right).toMatchObject({ markets: (left as { markets: unknown }).markets });
      const checks = await examine({
        dataDir: tmpdir(),
        databaseUrl: both.place.url,
        clock: new ManualClock(Date.now()),
      });
      expect(
        checks.filter(({ name }) => /^database/.test(name)).map(({ name, outcome }) => [name, outcome]),
      ).toContainEqual(['database version', 'ok']);
    });
  },
);
