import type { FeedsReport } from '../../api/schemas/feeds.ts';
import type { Config } from '../../config/config.ts';
import type { MarketName } from '../../config/groups/feed.ts';
import { FeedCounter } from '../../connectors/exchanges/feed/feedCounts.ts';
import { LiveFeed } from '../../connectors/exchanges/feed/liveFeed.ts';
import { PostgresMemory } from '../../connectors/exchanges/feed/postgresMemory.ts';
import { exchangeNamed } from '../../connectors/exchanges/registry.ts';
import type { Clock } from '../../engine/clock.ts';
import { UsageError } from '../errors.ts';
import { exchangeUrls } from './addresses.ts';
import { rememberLive } from './choose.ts';
import { Followed } from './followed.ts';
import { type OpenLanding, openLanding } from './landing.ts';
import { describeMarkets, marketReports } from './liveReport.ts';
import { marketsByExchange } from './markets.ts';
import { type NewsDesk, newsDesk } from './news.ts';
import { changeMarkets, onReload } from './reload.ts';
import type { Source } from './source.ts';
import { together } from './together.ts';

export interface LiveOptions {
  readonly config: Config;
  /** Address of the database, as its owner. */
  readonly url: string;
  readonly clock: Clock;
  /** Words for people. */
  readonly say: (line: string) => void;
  /** One of the two, when the other is another process's. */
  readonly only?: Feed | undefined;
}

/** What `connect --only` may be asked for. */
export const FEEDS = ['trades', 'news'] as const;
export type Feed = (typeof FEEDS)[number];

/** The exchanges of MARKETS, and news, as the source of `start` and `connect`. */
export function liveSource(options: LiveOptions): Source {
  const { config, only } = options;
  if (only === 'news' && config.NEWS === 'off')
    throw new UsageError('`--only news` has nothing to do with NEWS=off. Leave one of the two out');
  const followed = new Followed(config.DATA_DIR);
  const standing = followed.markets(config.MARKETS);
  const wanted = only === 'news' ? [] : [...marketsByExchange(standing)];
  // An exchange that is not known is to be refused before anything is promised.
  for (const [exchange] of wanted) exchangeNamed(exchange);
  const markets =
    only === 'news'
      ? 'news'
      : wanted.map(([exchange, symbols]) => `${exchange} ${symbols.join(', ')}`).join('; ');
  let opened: Opened | null = null;
  const feeds = (): readonly LiveFeed[] => opened?.feeds ?? [];
  return {
    banner: `live ${markets}`,
    name: `live ${markets}`,
    landed: () => feeds().reduce((sum, feed) => sum + (feed.state().writer?.freshTrades ?? 0), 0),
    doing: () => (only === 'news' ? 'news' : describeMarkets(feeds().map((feed) => feed.state()))),
    report: (): FeedsReport => ({
      kind: 'live',
      detail: `live ${markets}`,
      markets: marketReports(feeds().map((feed) => feed.state())),
      news: opened?.news?.report() ?? null,
      kafka: opened?.landing.kafka() ?? null,
    }),
    follow(market, wanted) {
      const feed = feeds().find((one) => one.state().exchange === market.exchange);
      if (feed === undefined)
        throw new UsageError(
          `${market.exchange} is not fed here: name one of its markets in MARKETS and restart`,
        );
      if (wanted) feed.subscribe([market.symbol]);
      else feed.unsubscribe([market.symbol]);
      if (wanted) followed.add(market);
      else followed.remove(market);
    },
    async run(signal) {
      if (only !== 'news') rememberLive(config.DATA_DIR);
      opened = await open(options, wanted);
      const { landing, memory, news } = opened;
      followReloads(options, standing, feeds(), signal);
      const counter = new FeedCounter({
        connection: options.url,
        feeds: () => feeds().map((feed) => feed.state()),
        clock: options.clock,
      });
      try {
        await together(
          [
            ...feeds().map((feed) => (until: AbortSignal) => feed.run(until)),
            ...(news === null ? [] : [news.run]),
            (until: AbortSignal) => counter.run(until),
          ],
          signal,
        );
      } finally {
        await memory.close();
        await landing.close();
      }
    },
  };
}

/** Markets of the exchanges that are fed may come and go while they are. */
function followReloads(
  { say }: LiveOptions,
  standing: readonly MarketName[],
  feeds: readonly LiveFeed[],
  signal: AbortSignal,
): void {
  const byExchange = new Map(feeds.map((feed) => [feed.state().exchange, feed]));
  let current = standing;
  onReload(signal, say, (wanted) => {
    for (const words of changeMarkets(byExchange, current, wanted)) say(words);
    current = wanted;
  });
}

interface Opened {
  readonly landing: OpenLanding;
  readonly memory: PostgresMemory;
  readonly feeds: readonly LiveFeed[];
  readonly news: NewsDesk | null;
}

async function open(
  { config, url, clock, say, only }: LiveOptions,
  wanted: readonly (readonly [string, readonly string[]])[],
): Promise<Opened> {
  const landing = await openLanding({ config, url, clock, say });
  const memory = new PostgresMemory(url);
  const feeds = wanted.map(
    ([name, symbols]) =>
      new LiveFeed({
        exchange: exchangeNamed(name),
        symbols,
        landing: landing.landing,
        memory,
        clock,
        random: Math.random,
        urls: exchangeUrls(config, name),
        historyHours: config.HISTORY_HOURS,
        resumeHours: config.RESUME_HOURS,
        onNews: (sentence) => say(`${name}: ${sentence}`),
      }),
  );
  const news = only === 'trades' ? null : newsDesk({ config, url, landing: landing.landing, clock, say });
  return { landing, memory, feeds, news };
}
