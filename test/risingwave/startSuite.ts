import { describe, expect, test } from '@jest/globals';
import { waitFor, workplace } from '../support/cli.ts';
import type { Cluster } from './cluster.ts';

/** Until something is there that has to go through every view. */
const SOON_MS = 600_000;
const MARKET = { SIMULATOR_HISTORY: '1', SIMULATOR_MARKETS: '1', SIMULATOR_RATE: '5' };

/** The real command on it: an empty database to start from, a simulated market, the API, and an end in order. */
export function startSuite(open: () => Cluster, within: number): void {
  describe('tickwave start', () => {
    test(
      'deploys, feeds, serves and ends in order',
      async () => {
        const database = await open().empty();
        const place = workplace({ DATABASE_URL: database.url, ...MARKET }, SOON_MS);
        try {
          expect(await place.run('apply')).toMatchObject({ code: 0 });
          const running = await place.start();
          const hour = async (): Promise<Record<string, unknown>[] | false> => {
            const answer = await fetch(`${running.api}/v1/candles/BTC-USD?limit=100`);
            const { data = [] } = (await answer.json()) as { data?: Record<string, unknown>[] };
            return data.length >= 50 && data;
          };
          const candles = await waitFor('an hour of candles', hour, SOON_MS);
          expect(candles[0]).toMatchObject({ exchange: 'simulated', symbol: 'BTC/USD' });
          running.signal('SIGTERM');
          const { code, stderr } = await running.ended;
          expect([code, stderr]).toEqual([0, expect.stringContaining('stopped; everything is stored')]);
        } finally {
          await place.remove();
          await database.drop();
        }
      },
      within,
    );
  });
}
