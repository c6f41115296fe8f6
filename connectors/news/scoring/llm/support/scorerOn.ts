import type { Clock } from '../../../../../engine/clock.ts';
import type { NewsStory } from '../../../../landing.ts';
import { readPrompt, SCORE_PROMPT } from '../../prompt.ts';
import { ChatModel } from '../chatModel.ts';
import { type Budget, DailyBudget } from '../dailyBudget.ts';
import { LlmMeter } from '../llmMeter.ts';
import { LlmScorer, type LlmScorerOptions } from '../llmScorer.ts';

/** A scorer on a server of the test, small and with prices. */
export function scorerOn(
  url: string,
  clock: Clock,
  changes: Partial<LlmScorerOptions> & { readonly limit?: Budget; readonly apiKey?: string } = {},
): LlmScorer {
  const { limit = { amount: 100, unit: 'requests' }, apiKey = null, ...options } = changes;
  return new LlmScorer({
    chat: new ChatModel({ baseUrl: url, apiKey, model: 'test-model', timeoutMs: 5000, clock }),
    modelName: 'test-model',
    prompt: readPrompt(SCORE_PROMPT),
    budget: new DailyBudget(limit, clock),
    meter: new LlmMeter({ in: 1, out: 10 }),
    clock,
    retries: 2,
    batchStories: 10,
    concurrency: 2,
    cachedTexts: 100,
    ...options,
  });
}

/** A story with a title. */
export function storyOf(title: string, changes: Partial<NewsStory> = {}): NewsStory {
  return {
    id: `id of ${title.slice(0, 40)}`,
    source: 'test',
    title,
    summary: null,
    url: null,
    publishedAt: '2026-03-01T12:00:00.000Z',
    receivedAt: '2026-03-01T12:00:10.000Z',
    ...changes,
  };
}
