import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { RISINGWAVE } from '../../engine/profile.ts';
import { readDeployed } from '../../engine/risingwave/apply.ts';
import { connect } from '../../engine/risingwave/connection.ts';
import { wantedObjects } from '../../engine/risingwave/deployed.ts';
import { type Cli, waitFor, workplace } from '../support/cli.ts';
import type { Cluster } from './cluster.ts';
import { late } from './late.ts';
import { load } from './load.ts';

/** `tickwave engine` as a process: with nothing there, killed while it deploys, killed while it serves, and only following. */
export function engineSuite(open: () => Cluster, within: number): void {
  describe('tickwave engine', () => {
    test(
      'deploys and serves, goes on after kill -9, and with --no-apply leaves what is there as it is',
      async () => {
        const catalog = await loadCatalog('sql');
        const database = await open().empty();
        const place = workplace({ DATABASE_URL: database.url });
        const client = await connect(database.url, 'tickwave parity');
        const done = async (): Promise<number> => {
          const { deployed } = await readDeployed(client);
          return [...deployed.values()].filter(({ state }) => state === 'done').length;
        };
        try {
          const early = await place.run('engine', '--no-apply');
          expect([early.code, early.stderr]).toEqual([
            1,
            expect.stringContaining('run `tickwave apply` first'),
          ]);
          expect((await readDeployed(client)).tables).toEqual([]);

          // Wherever it is then; the next one goes on.
          const killed = place.spawn(['engine']);
          await waitFor('the first objects', async () => (await done()) > 0);
          await kill(killed);

          const deploying = place.spawn(['engine']);
          const all = wantedObjects(catalog, {}).size;
          const finished = async (): Promise<boolean> => (await running(deploying)) && (await done()) === all;
          // Nearly thirty views take minutes where each waits for a barrier.
          await waitFor('all of sql/', finished, within);
          const api = await waitFor('its API', async () => apiOf(deploying));
          expect(deploying.stdout()).toContain(
            `(RisingWave database ${new URL(database.url).pathname.slice(1)} on `,
          );
          await load(client, RISINGWAVE, catalog, [late(1)], () => 1);
          await client.query(RISINGWAVE.flush ?? '');
          expect(await closes(api, 1)).toHaveLength(1);
          await kill(deploying);

          await load(client, RISINGWAVE, catalog, [late(2)], () => 1);
          await client.query(RISINGWAVE.flush ?? '');
          const following = await place.startVerb('engine', ['--no-apply']);
          expect(await closes(following.api, 2)).toHaveLength(2);
          expect(await done()).toBe(all);
          following.signal('SIGTERM');
          const { code, stderr } = await following.ended;
          expect([code, stderr]).toEqual([0, expect.stringContaining('stopped; everything is stored')]);
        } finally {
          await place.remove();
          await client.end();
          await database.drop();
        }
      },
      within,
    );
  });
}

async function kill(cli: Cli): Promise<void> {
  cli.signal('SIGKILL');
  await cli.ended;
}

/** Throws when it has ended. */
async function running(cli: Cli): Promise<true> {
  const ended = await Promise.race([cli.ended, null]);
  if (ended !== null) throw new Error(`it ended with ${ended.code}: ${ended.stderr}`);
  return true;
}

/** What it says to people about its address. */
async function apiOf(cli: Cli): Promise<string | null> {
  await running(cli);
  return /^ {2}API {7}(\S+)\/v1\/markets/m.exec(cli.stdout())?.[1] ?? null;
}

/** Closing prices of the minutes that the API tells, once there are so many: it looks for markets that are new once in a while. */
function closes(api: string, count: number): Promise<unknown[]> {
  return waitFor(`${count} candles`, async () => {
    const answer = await fetch(`${api}/v1/candles/BTC-USD?exchange=kraken&from=2019-07-01&to=2019-07-02`);
    const { data = [] } = (await answer.json()) as { data?: { close: unknown }[] };
    return data.length >= count && data.map(({ close }) => close);
  });
}
