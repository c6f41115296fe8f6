import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Document } from '../../api/client/generate/types.ts';
import { CHANNELS } from '../../api/stream/channels.ts';
import { readStore } from '../../cli/store.ts';
import { examine } from '../../engine/doctor.ts';
import { monitor } from '../../jobs/monitoring/monitor.ts';
import { STANDARD_MONITORING } from '../../jobs/monitoring/settings.ts';
import { RECORDINGS } from '../risingwave/recording.ts';
import { describeWithData } from '../support/data.ts';
import { ManualClock } from '../support/manualClock.ts';
import { BothSides } from './bothSides.ts';
import { everything } from './decisions.ts';
import { readChannel, readIndexed, readMetrics, readReport, readRules, readTraining } from './readers.ts';
import { requestsOf } from './requests.ts';

const SEED = Number(process.env.SEED ?? 20190701);
const TRADES = 700;
/** Requests under way. */
const AT_ONCE = 4;

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
      const [left, right] = await both.of(readMetrics);
      expect(right).toEqual(left);
      expect(new Set(left?.map((line) => line.split('{')[0])).size).toBeGreaterThan(8);
    });

    test.each(CHANNELS.map((channel) => [channel.name, channel] as const))(
      'the channel %s',
      async (_, channel) => {
        const [left, right] = await both.of((side) => readChannel(channel, side, both.now));
        expect(right).toEqual(left);
        expect(left?.byKeys.length).toBeGreaterThan(0);
      },
    );

    test('rules of alerts', async () => {
      const [left, right] = await both.of(readRules);
      expect(right).toEqual(left);
      expect(left?.length).toBeGreaterThan(8);
    });

    test('what is trained on', async () => {
      const [left, right] = await both.of((side) => readTraining(side, both.now));
      expect(right).toEqual(left);
      expect(left?.read.rows.times.length).toBeGreaterThan(0);
    });

    test('what is indexed', async () => {
      const [left, right] = await both.of(readIndexed);
      expect(right).toEqual(left);
      expect(left?.length).toBeGreaterThan(8);
    });

    test('reports and the monitoring of models', async () => {
      const [left, right] = await both.of(readReport);
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
