import type { NewsStory } from '../../../landing.ts';
import { ChatFailed, type ChatProblem } from '../errors.ts';
import { RecentCache } from '../recentCache.ts';
import type { AssetScore, NewsScorer, StoryScore, UnscoredStory } from '../scorer.ts';
import { type StoryText, storyText, textHash } from '../storyText.ts';
import { BatchScorer, type BatchScorerOptions, BudgetSpent } from './batchScorer.ts';
import type { LlmCounts } from './llmMeter.ts';

export interface LlmScorerOptions extends BatchScorerOptions {
  /** As the server knows it: `gpt-5-mini`, `qwen3:8b`. */
  readonly modelName: string;
  /** Stories in one request. */
  readonly batchStories: number;
  /** Requests at the same time. */
  readonly concurrency: number;
  /** Texts whose scores are remembered. */
  readonly cachedTexts: number;
}

interface Pending {
  readonly hash: string;
  readonly text: StoryText;
  readonly stories: NewsStory[];
}

type Outcome = ReadonlyMap<string, readonly AssetScore[]> | ChatFailed | BudgetSpent;

const RETRY: Readonly<Record<ChatProblem, UnscoredStory['retry']>> = {
  busy: 'later',
  unusable: 'alone',
  rejected: 'never',
  denied: 'never',
};

/** Scores with a language model behind an OpenAI-compatible address. */
export class LlmScorer implements NewsScorer {
  readonly model: string;
  private readonly options: LlmScorerOptions;
  private readonly batches: BatchScorer;
  private readonly cache: RecentCache<readonly AssetScore[]>;

  constructor(options: LlmScorerOptions) {
    this.options = options;
    this.model = `${options.modelName}@${options.prompt.version}`;
    this.batches = new BatchScorer(options);
    this.cache = new RecentCache(options.cachedTexts);
  }

  counts(): LlmCounts {
    return this.options.meter.counts();
  }

  async score(
    stories: readonly NewsStory[],
    assets: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly StoryScore[]> {
    if (assets.length === 0)
      return stories.map((story) => ({ kind: 'scored', newsId: story.id, assets: [] }));
    const scores: StoryScore[] = [];
    const waiting: Pending[][] = batched(this.unknown(stories, assets, scores), this.options.batchStories);
    let outage: ChatFailed | null = null;
    const worker = async (): Promise<void> => {
      for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
        // A server that was busy through all tries is not asked by the other batches as well.
        const outcome = outage ?? (await this.ask(batch, assets, signal));
        if (outcome instanceof ChatFailed && outcome.problem === 'busy') outage = outcome;
        scores.push(...this.outcomes(batch, outcome));
      }
    };
    await Promise.all(Array.from({ length: this.options.concurrency }, worker));
    return scores;
  }

  /** Texts that have to be asked about, each once; scores of the others are added to `scores`. */
  private unknown(stories: readonly NewsStory[], assets: readonly string[], scores: StoryScore[]): Pending[] {
    const pending = new Map<string, Pending>();
    for (const story of stories) {
      const text = storyText(story);
      const hash = `${textHash(text)} ${assets.join(' ')}`;
      const known = this.cache.get(hash);
      const same = pending.get(hash);
      if (known !== undefined || same !== undefined) this.options.meter.cacheHits++;
      if (known !== undefined) scores.push({ kind: 'scored', newsId: story.id, assets: known });
      else if (same !== undefined) same.stories.push(story);
      else pending.set(hash, { hash, text, stories: [story] });
    }
    return [...pending.values()];
  }

  private async ask(
    batch: readonly Pending[],
    assets: readonly string[],
    signal: AbortSignal,
  ): Promise<Outcome> {
    try {
      const asked = batch.map(({ text }, index) => ({ id: `s${index + 1}`, text }));
      return await this.batches.score(asked, assets, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ChatFailed || error instanceof BudgetSpent) return error;
      throw error;
    }
  }

  private outcomes(batch: readonly Pending[], outcome: Outcome): StoryScore[] {
    return batch.flatMap(({ hash, stories }, index) => {
      if (outcome instanceof Error) {
        const reason = outcome.message;
        const retry = outcome instanceof ChatFailed ? RETRY[outcome.problem] : 'never';
        return stories.map((story): StoryScore => ({ kind: 'unscored', newsId: story.id, reason, retry }));
      }
      const found = outcome.get(`s${index + 1}`) ?? [];
      this.cache.set(hash, found);
      return stories.map((story): StoryScore => ({ kind: 'scored', newsId: story.id, assets: found }));
    });
  }
}

function batched<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
