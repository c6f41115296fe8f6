import { count } from './progress.ts';
import type { Status } from './status.ts';

/** A status as lines for people. */
export function describeStatus(status: Status): string[] {
  if (!status.running) return [row('running', 'no'), row('data', status.data_dir)];
  const { api, database } = status;
  const lines = [
    row(
      'running',
      `${status.verb ?? ''}, process ${status.pid}${status.started_at === null ? '' : `, since ${status.started_at}`}`,
    ),
    row('data', status.data_dir),
    ...(status.source === null ? [] : [row('source', status.source)]),
    ...(api === null
      ? []
      : [row('API', `${api.url}, ${api.ready ? 'ready' : `not ready: ${api.reasons.join('; ')}`}`)]),
  ];
  if (database === null) return lines;
  if ('error' in database) return [...lines, row('database', `does not answer: ${database.error}`)];
  const width = Math.max(
    0,
    ...database.markets.map(({ exchange, symbol }) => exchange.length + symbol.length),
  );
  return [
    ...lines,
    row(
      'database',
      `${database.version}, ${database.size}, about ${count(database.trades_estimate)} trades, ${count(database.dead_letters)} dead letters`,
    ),
    ...database.markets.map(({ exchange, symbol, event_time }, index) =>
      row(index === 0 ? 'markets' : '', `${`${exchange} ${symbol}`.padEnd(width + 1)}  up to ${event_time}`),
    ),
  ];
}

function row(label: string, text: string): string {
  return `${label.padEnd(10)} ${text}`;
}
