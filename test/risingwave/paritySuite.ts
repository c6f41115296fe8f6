import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from '../../engine/risingwave/connection.ts';
import { SubscriptionCursor } from '../../engine/risingwave/cursor.ts';
import { seeded } from '../property/history.ts';
import { everything } from '../standIn/decisions.ts';
import { waitFor } from '../support/cli.ts';
import type { Cluster } from './cluster.ts';
import { report } from './compare.ts';
import { LATE, late } from './late.ts';
import { readBoth } from './readers.ts';
import { type LandingRow, shuffled } from './recording.ts';
import { Sides } from './sides.ts';
import { Told } from './told.ts';

export interface ParityOptions {
  /** Trades of each recording. */
  readonly trades: number;
  readonly seed: number;
  /** Most milliseconds of a test. */
  readonly within: number;
}

/** Views that have no rows when nothing is wrong. */
const NOTHING_TO_TELL = ['impossible_values'];

/** Fetches until a trade has come; gives the moment it came with. */
function cameWith(cursor: SubscriptionCursor, trade: number): Promise<string> {
  const come = async (): Promise<string | null> => {
    const moments = await cursor.next();
    const isIt = ({ key }: { readonly key: Readonly<Record<string, unknown>> }): boolean =>
      String(key.trade_id) === String(trade);
    return moments.find(({ changes }) => changes.some(isIt))?.at ?? null;
  };
  return waitFor(`trade ${trade} by the cursor`, come, 300_000);
}

/** What has to hold of RisingWave, or of what stands in for it. */
export function paritySuite(open: () => Cluster, { trades, seed, within }: ParityOptions): void {
  const rows = (): LandingRow[] => everything(trades, seed);

  describe('from empty', () => {
    let sides: Sides;
    beforeAll(async () => {
      sides = await Sides.open(open());
    }, within);
    afterAll(() => sides?.close(), within);

    test('every object of sql/ is there, and explained', async () => {
      const objects = sides.catalog.objects.filter(({ dialect }) => dialect !== 'postgres');
      const sinks = objects.filter(({ kind }) => kind === 'sink').length;
      expect(sides.engine.applied.made).toHaveLength(objects.length - sinks);
      const { rows: told } = await sides.risingwave.query('select name, kind, summary from catalog');
      expect(told.map(({ name }) => name).sort()).toEqual(
        objects
          .filter(({ kind }) => kind !== 'function' && kind !== 'sink')
          .map(({ name }) => name)
          .sort(),
      );
    });

    test(
      'applied again, nothing is sent',
      async () => {
        await sides.restart();
        expect(sides.engine.applied).toEqual({ made: [], statements: 0, left: [] });
      },
      within,
    );

    test(
      'rows in order: every view equals the embedded one',
      async () => {
        await sides.load(rows(), () => 500);
        const comparisons = await sides.compare();
        expect(report(comparisons)).toEqual([]);
        // A comparison of nothing with nothing finds nothing.
        const views = new Set(sides.catalog.objects.filter(({ query }) => query).map(({ name }) => name));
        expect(
          comparisons.filter(({ view, rows }) => rows === 0 && views.has(view)).map(({ view }) => view),
        ).toEqual(NOTHING_TO_TELL);
      },
      within,
    );

    test(
      'the API, channels, metrics, alerts, datasets and the index say what they say of the embedded engine',
      async () => {
        const { asked, differences } = await readBoth(sides.embeddedUrl, sides.database.url);
        expect(differences).toEqual([]);
        expect(asked).toBeGreaterThan(100);
      },
      within,
    );

    test(
      'after a restart of Tickwave views follow what is written',
      async () => {
        await sides.restart();
        await sides.load([late(1)], () => 1);
        expect(report(await sides.compare())).toEqual([]);
      },
      within,
    );

    test(
      'a change is told once it is written, with its key',
      async () => {
        const told = new Told();
        const end = sides.engine.subscribe('candles_1m', (changes) => told.push(changes));
        // Whoever begins to follow is told first that everything has to be read.
        await told.first(({ truncated }) => truncated === true);
        await sides.load([late(2)], () => 1);
        const { changes } = await told.first(({ changes }) => changes.length > 0);
        end();
        expect(changes.map(({ key }) => key)).toContainEqual({
          exchange: 'kraken',
          symbol: 'BTC/USD',
          window_start: expect.any(Date),
        });
      },
      within,
    );

    test(
      'a cursor goes on where another one ended',
      async () => {
        const key = sides.catalog.get('trades').key;
        const first = await connect(sides.database.url, 'tickwave parity');
        const cursor = new SubscriptionCursor(first, 'trades', key);
        await cursor.declare('now');
        await sides.load([late(3)], () => 1);
        const seen = await cameWith(cursor, LATE + 3);
        await first.end();
        await sides.load([late(4)], () => 1);
        const second = await connect(sides.database.url, 'tickwave parity');
        try {
          const resumed = new SubscriptionCursor(second, 'trades', key);
          expect(await resumed.declare({ after: seen })).toBe(true);
          await cameWith(resumed, LATE + 4);
        } finally {
          await second.end();
        }
      },
      within,
    );
  });

  describe('shuffled, with duplicates, in random batches', () => {
    let sides: Sides;
    beforeAll(async () => {
      sides = await Sides.open(open());
    }, within);
    afterAll(() => sides?.close(), within);

    test(
      'every view equals the embedded one',
      async () => {
        const random = seeded(seed);
        await sides.load(shuffled(rows(), seed), () => 1 + Math.floor(random() * 800));
        expect(report(await sides.compare())).toEqual([]);
      },
      within,
    );
  });
}
