// Run by crash.test.ts in a process of its own, to be killed: server, engine and writers on one data folder.
// Lines on stdout tell how far it is: 'server', then 'ready', then after 'go' on stdin one 'stored' for each commit.
import { createInterface } from 'node:readline';
import pg from 'pg';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { Engine } from '../../engine/engine.ts';
import { startServer } from '../../engine/postgres/server.ts';
import { INSERT_TRADES, ledgerTrade, SYMBOLS } from './market.ts';

const [dataDir = ''] = process.argv.slice(2);
const say = (line: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};
const server = await startServer({ dataDir });
void server.exited.then(() => process.exit(3));
say({ kind: 'server', postmaster: server.pid });
const engine = await Engine.open({ url: server.url(), catalog: await loadCatalog('sql') });
say({ kind: 'ready', url: server.url() });
await new Promise((resolve) => createInterface({ input: process.stdin }).once('line', resolve));
await engine.start();
void engine.ended.then(() => process.exit(4));
await Promise.all(SYMBOLS.map(write));

/** Goes on a little before where the stored trades end, as a connector does that is not sure what arrived. */
async function write(symbol: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url() });
  await client.connect();
  const { rows } = await client.query<{ next: string | null }>(
    'select max(trade_id) as next from trades where symbol = $1',
    [symbol],
  );
  let next = Math.max(0, Number(rows[0]?.next ?? 0) - 20);
  for (let batch = 0; ; batch++) {
    const size = 1 + ((batch * 37) % 40);
    const trades = Array.from({ length: size }, (_, index) => ledgerTrade(next + index));
    await client.query(INSERT_TRADES, [symbol, JSON.stringify(trades)]);
    next += size;
    say({ kind: 'stored', symbol, before: next });
  }
}
