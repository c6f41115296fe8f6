import { describe, expect, test } from '@jest/globals';
import { waitFor, workplace } from '../support/cli.ts';
import type { Cluster } from './cluster.ts';

const MARKET = { SIMULATOR_HISTORY: '1', SIMULATOR_MARKETS: '1', SIMULATOR_RATE: '5' };

/** The real command on it: an empty database to start from, a simulated market, the API, and an end in order. */
export function startSuite(open: () => Cluster, within: number): void {
  describe('tickwave start', () => {
    test(
      'deploys, feeds, serves and ends in order',
      async () => {
        const database = await open().empty();
        const place = workplace({ DATABASE_URL: database.url, ...MARKET });
        try {
          await place.run('apply');
          const running = await place.start();
          const candles = await waitFor('an hour of candles', async () => {
            const answer = await fetch(`${running.api}/v1/candles/BTC-USD?limit=100`);
            const { data = [] } = (await answer.json()) as { data?: Record<string, unknown>[] };
            return data.length >= 50 && data;
          });
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
