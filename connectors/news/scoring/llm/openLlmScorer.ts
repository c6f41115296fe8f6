import type { Clock } from '../../../../engine/clock.ts';
import { BadOption } from '../../../errors.ts';
import { readPrompt, SCORE_PROMPT } from '../prompt.ts';
import { ChatModel, type ChatModelOptions } from './chatModel.ts';
import { type Budget, DailyBudget } from './dailyBudget.ts';
import { LlmMeter, type TokenPrices } from './llmMeter.ts';
import { LlmScorer } from './llmScorer.ts';

export interface LlmOptions extends Omit<ChatModelOptions, 'clock'> {
  readonly budget: Budget;
  readonly prices: TokenPrices;
}

/** Stories in a request: more are cheaper, and a bad answer costs all of them a second try. */
const BATCH_STORIES = 10;
/** A local server answers one after the other anyway. */
const CONCURRENCY = 2;
const RETRIES = 2;
const CACHED_TEXTS = 5000;

/** A scorer for the model behind an address, with the prompt in use. @throws BadOption */
export function openLlmScorer(options: LlmOptions, clock: Clock): LlmScorer {
  if (options.budget.unit === 'dollars' && options.prices.in + options.prices.out === 0) {
    throw new BadOption(
      `LLM_DAILY_BUDGET is ${options.budget.amount} dollars and there are no prices to count them by.`,
      'Set LLM_PRICE_IN and LLM_PRICE_OUT, or give the budget in requests.',
    );
  }
  return new LlmScorer({
    chat: new ChatModel({ ...options, clock }),
    modelName: options.model,
    prompt: readPrompt(SCORE_PROMPT),
    budget: new DailyBudget(options.budget, clock),
    meter: new LlmMeter(options.prices),
    clock,
    retries: RETRIES,
    batchStories: BATCH_STORIES,
    concurrency: CONCURRENCY,
    cachedTexts: CACHED_TEXTS,
  });
}
