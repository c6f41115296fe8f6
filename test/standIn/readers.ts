import { Catalog } from '../../api/catalog.ts';
import { MEASURED } from '../../api/metrics/measured.ts';
import type { RowKey } from '../../api/stream/changeSource.ts';
import { CHANNELS, type Channel } from '../../api/stream/channels.ts';
import { Reader } from '../../api/stream/reader.ts';
import type { Topic } from '../../api/stream/topic.ts';
import { readAlertsFile } from '../../jobs/alerts/alertsFile.ts';
import { measure } from '../../jobs/alerts/measure.ts';
import { presentSources, readRows, readSpans } from '../../jobs/indexing/tables.ts';
import { readLive } from '../../jobs/report/live.ts';
import { findHistory } from '../../jobs/retraining/history.ts';
import { readDataset } from '../../jobs/training/dataset/read.ts';
import type { Side } from './side.ts';

const BTC = { exchange: 'kraken', symbol: 'BTC/USD' } as const;

/** What one part of Tickwave reads of a side, to be compared with another side's. */
export type Read = (side: Side, now: number) => Promise<unknown>;

/** Series that all engines have: how large a database is and how old its newest event, they do not say alike. */
const SERIES = MEASURED.filter(({ name, statistic }) => !statistic && !/event_age/.test(name)).map(
  ({ name }) => `${name}{`,
);

/** The lines of those series. */
export async function readMetrics({ ask }: Side): Promise<string[]> {
  return String((await ask('/metrics')).body)
    .split('\n')
    .filter((line) => SERIES.some((name) => line.startsWith(name)))
    .sort();
}

/** The newest rows of a channel, and the same by their keys. */
export async function readChannel(channel: Channel, { pool }: Side, now: number) {
  const reader = new Reader(pool, channel, new Catalog(pool, { now: () => now }));
  const market = channel.markets ? BTC : null;
  const newest = await reader.newest({ market, timeframe: channel.timeframed ? '1m' : null } as Topic);
  const keys = newest.slice(0, 3).map(({ key }) => JSON.parse(key) as RowKey);
  const byKeys = await reader.byKeys(keys);
  return { newest, byKeys: byKeys.map(({ json }) => json).sort() };
}

/** What each rule of alerts.yaml measures; of how old something is, only what it is said of. */
export async function readRules({ jobs }: Side): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const rule of readAlertsFile('alerts.yaml', {}).rules) {
    const measured = await measure(jobs, rule, {
      disk: { freeBytes: 10, totalBytes: 100 },
      timeoutMs: 60_000,
    });
    const ages = /freshness|now\(\)/.test(rule.sql);
    found.push([rule.name, ages ? measured.map(({ subject }) => subject) : measured]);
  }
  return found;
}

/** What a model would be trained on. */
export async function readTraining({ jobs }: Side, now: number) {
  const request = { markets: [BTC], horizonMinutes: 5, features: null, since: null, until: null };
  const range = { horizonMinutes: 5, since: null, until: null, windowMs: 90 * 86_400_000 };
  const client = await jobs.connect();
  try {
    const history = await findHistory(client, range);
    return { history, read: await readDataset(client, { ...request, asOf: now, mostRows: 10_000 }) };
  } finally {
    client.release();
  }
}

/** What the monitoring index would be sent. Each engine has hashes of its own. */
export async function readIndexed({ jobs }: Side): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const source of await presentSources(jobs))
    for (const { from, rows } of await readSpans(jobs, source, 0)) {
      const own: unknown[] = [];
      for await (const page of readRows(jobs, source, from))
        own.push(...page.map((row) => ({ ...row, row_hash: '' })));
      found.push([source.name, from, Number(rows), own]);
    }
  return found;
}

/** What a report says of predictions that came due. */
export function readReport({ jobs }: Side): Promise<unknown> {
  const model = { name: 'ridge', version: 1, horizonMinutes: 5, markets: [BTC] };
  const options = { fee: 0.001, timeOf: (time: number) => new Date(time).toISOString() };
  return readLive(jobs, model, options as never);
}

/** Everything that reads but for the paths of the API. */
export const READS: readonly (readonly [string, Read])[] = [
  ['metrics', readMetrics],
  ...CHANNELS.map((channel) => [`channel ${channel.name}`, readChannel.bind(null, channel)] as const),
  ['rules of alerts', readRules],
  ['what is trained on', readTraining],
  ['what is indexed', readIndexed],
  ['a report', readReport],
];
