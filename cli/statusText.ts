import type { FeedsReport } from '../api/schemas/feeds.ts';
import { someOf } from '../jobs/registry/featureVersion.ts';
import { count } from './progress.ts';
import type { Status } from './status.ts';
import type { Store } from './store.ts';

/** A status as lines for people. */
export function describeStatus(status: Status): string[] {
  if (!status.running) return [row('running', 'no'), row('data', status.data_dir)];
  const { api, feeds, database } = status;
  const lines: string[] = [
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
  if (feeds !== null) lines.push(...describeFeeds(feeds));
  if (database === null) return lines;
  if ('error' in database) return [...lines, row('database', `does not answer: ${database.error}`)];
  const width = Math.max(
    0,
    ...database.markets.map(({ exchange, symbol }) => exchange.length + symbol.length),
  );
  return [
    ...lines,
    row('database', describeDatabase(database)),
    ...database.markets.map(({ exchange, symbol, event_time }, index) =>
      row(index === 0 ? 'markets' : '', `${`${exchange} ${symbol}`.padEnd(width + 1)}  up to ${event_time}`),
    ),
    ...describeModels(database),
  ];
}

/** Sizes only where the engine says them. */
function describeDatabase({ version, size, trades_estimate, dead_letters }: Store): string {
  const sizes =
    size === null || trades_estimate === null ? [] : [size, `about ${count(trades_estimate)} trades`];
  return [version, ...sizes, `${count(dead_letters)} dead letters`].join(', ');
}

/** A line a model in service, and how the newest training stands. */
function describeModels({ models, training }: Store): string[] {
  const lines = models.map(({ name, version, alias, algorithm, scored_through, changed_features }, index) => {
    const through =
      scored_through === null ? 'has predicted nothing yet' : `predicted up to ${scored_through}`;
    const waits =
      changed_features === null
        ? ''
        : `; waits for a training, its features changed: ${someOf(changed_features)}`;
    return row(index === 0 ? 'models' : '', `${name} ${version}  ${alias}, ${algorithm}, ${through}${waits}`);
  });
  if (lines.length === 0) lines.push(row('models', 'none in service yet'));
  if (training === null) return lines;
  const { state, started_at, progress, message } = training;
  const far = state === 'running' ? `${Math.floor(progress * 100)} %, ` : '';
  return [...lines, row('training', `${state} (${started_at}), ${far}${message}`)];
}

/** A line a live market, and what stands in the way of news or Kafka. */
function describeFeeds({ markets, news, kafka }: FeedsReport): string[] {
  const width = Math.max(0, ...markets.map(({ exchange, symbol }) => exchange.length + symbol.length));
  const lines = markets.map((market, index) => {
    const name = `${market.exchange} ${market.symbol}`.padEnd(width + 1);
    const parts = [
      market.state,
      ...(market.words === null ? [] : [market.words]),
      ...(market.complete_to === null ? [] : [`complete to ${market.complete_to}`]),
      ...(market.open_gaps === 0 ? [] : [`${count(market.open_gaps)} holes open`]),
      ...(market.backfilled === null ? [] : [`${Math.floor(market.backfilled * 100)} % of the history`]),
    ];
    return row(index === 0 ? 'feeds' : '', `${name}  ${parts.join(', ')}`);
  });
  if (news !== null) lines.push(row('news', describeNews(news)));
  if (kafka !== null) {
    const lag = kafka.lag === null ? '' : `, ${count(kafka.lag)} messages behind`;
    lines.push(
      row('Kafka', `${kafka.error ?? 'connected'}, ${count(kafka.spooled)} rows wait on disk${lag}`),
    );
  }
  return lines;
}

function describeNews({ sources, scoring }: NonNullable<FeedsReport['news']>): string {
  const stories = sources.reduce((sum, source) => sum + source.stories, 0);
  const silent = sources.filter(({ error }) => error !== null).map(({ name }) => name);
  const trouble = silent.length === 0 ? '' : `; no answer from ${silent.join(', ')}`;
  return `${count(stories)} stories, ${count(scoring.scored)} scored by ${scoring.model}${trouble}`;
}

function row(label: string, text: string): string {
  return `${label.padEnd(10)} ${text}`;
}
