import type { FeedsReport } from '../../api/schemas/feeds.ts';
import type { Config } from '../../config/config.ts';
import type { Landing } from '../../connectors/landing.ts';
import { PostgresNewsArchive } from '../../connectors/news/archive.ts';
import { NewsFeed } from '../../connectors/news/newsFeed.ts';
import { LexiconScorer } from '../../connectors/news/scoring/lexicon/lexiconScorer.ts';
import { LlmScorer } from '../../connectors/news/scoring/llm/llmScorer.ts';
import { openLlmScorer } from '../../connectors/news/scoring/llm/openLlmScorer.ts';
import type { NewsScorer } from '../../connectors/news/scoring/scorer.ts';
import { ScoringQueue } from '../../connectors/news/scoring/scoringQueue.ts';
import { PostgresStoredScores } from '../../connectors/news/scoring/storedScores.ts';
import { newsSources } from '../../connectors/news/sources.ts';
import { NewsWebhook } from '../../connectors/news/webhook/webhook.ts';
import type { Clock } from '../../engine/clock.ts';
import { aborted } from '../interrupt.ts';
import { type Part, together } from './together.ts';

export interface NewsDeskOptions {
  readonly config: Config;
  /** Address of the database, as its owner. */
  readonly url: string;
  readonly landing: Landing;
  readonly clock: Clock;
  /** Words for people. */
  readonly say: (line: string) => void;
}

/** Collects news and scores it, beside a feed of trades. */
export interface NewsDesk {
  readonly run: Part;
  report(): FeedsReport['news'];
}

/** News as it is configured; null with NEWS=off. */
export function newsDesk(options: NewsDeskOptions): NewsDesk | null {
  const { config, url, landing, clock } = options;
  if (config.NEWS === 'off') return null;
  const archive = new PostgresNewsArchive(url);
  const stored = new PostgresStoredScores(url);
  const scorer = newsScorer(config, clock);
  const queue = new ScoringQueue({
    scorer,
    fallback: new LexiconScorer(),
    landing,
    stored,
    assets: assetsOf(config),
    clock,
  });
  const feed = new NewsFeed({
    sources: newsSources(config, { clock }),
    landing,
    archive,
    clock,
    random: { uniform: Math.random },
    onStories: (stories) => queue.add(stories),
  });
  return {
    async run(signal) {
      const webhook: Part = (until) => listenForStories(options, feed, until);
      try {
        await together([(until) => feed.run(until), (until) => queue.run(until), webhook], signal);
      } finally {
        await Promise.all([archive.close(), stored.close()]);
      }
    },
    report: () => ({
      scoring: scoringReport(scorer, queue),
      sources: feed.state().map(({ name, stories, lastSuccess, lastError }) => ({
        name,
        stories,
        last_success_at: lastSuccess,
        error: lastError,
      })),
    }),
  };
}

function scoringReport(scorer: NewsScorer, queue: ScoringQueue): NonNullable<FeedsReport['news']>['scoring'] {
  const { model, queued, scored, byFallback, problem } = queue.state();
  const { requests, dollars } = scorer instanceof LlmScorer ? scorer.counts() : { requests: 0, dollars: 0 };
  return { model, queued, scored, by_fallback: byFallback, problem, requests, cost: dollars };
}

function newsScorer(config: Config, clock: Clock): NewsScorer {
  if (config.LLM_MODEL === null) return new LexiconScorer();
  return openLlmScorer(
    {
      model: config.LLM_MODEL,
      baseUrl: config.LLM_BASE_URL,
      apiKey: config.LLM_API_KEY,
      timeoutMs: config.LLM_TIMEOUT * 1000,
      budget: config.LLM_DAILY_BUDGET,
      prices: { in: config.LLM_PRICE_IN, out: config.LLM_PRICE_OUT },
    },
    clock,
  );
}

/** The base assets of the markets, each once. */
function assetsOf(config: Config): readonly string[] {
  return [...new Set(config.MARKETS.map(({ symbol }) => symbol.slice(0, symbol.indexOf('/'))))];
}

async function listenForStories(
  { config, clock, say }: NewsDeskOptions,
  feed: NewsFeed,
  signal: AbortSignal,
): Promise<void> {
  const { NEWS_WEBHOOK_PORT: port, NEWS_WEBHOOK_TOKEN: token } = config;
  if (port === null) return;
  if (token === null)
    return say('NEWS_WEBHOOK_PORT is set without NEWS_WEBHOOK_TOKEN: no stories are taken by POST');
  const take = feed.take.bind(feed, 'webhook');
  const webhook = new NewsWebhook({ port, token, clock, take });
  say(`stories are taken by POST on ${await webhook.listen()}`);
  await aborted(signal);
  await webhook.close();
}
