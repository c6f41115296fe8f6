import type { Clock } from '../../../../engine/clock.ts';
import { ChatFailed } from '../errors.ts';
import type { Prompt } from '../prompt.ts';
import type { AssetScore } from '../scorer.ts';
import { type AskedStory, checkAnswer } from './answer.ts';
import type { ChatAnswer, ChatModel, ChatRequest } from './chatModel.ts';
import type { DailyBudget } from './dailyBudget.ts';
import type { LlmMeter } from './llmMeter.ts';
import { looserForm, type RequestForm, requestIn, STRICTEST } from './requestForm.ts';

export interface BatchScorerOptions {
  readonly chat: Pick<ChatModel, 'ask'>;
  readonly prompt: Prompt;
  readonly budget: DailyBudget;
  readonly meter: LlmMeter;
  readonly clock: Clock;
  /** How often a busy server is asked again, with doubling pauses from one second. */
  readonly retries: number;
}

/** A server that wants to be left alone for longer is asked again when the story's next turn comes. */
const LONGEST_PAUSE_MS = 60_000;

/** The budget is spent: nothing was sent. */
export class BudgetSpent extends Error {}

/** Asks a model about a few stories at once. */
export class BatchScorer {
  private readonly options: BatchScorerOptions;
  /** The strictest form that this server is known to take. */
  private form: RequestForm = STRICTEST;

  constructor(options: BatchScorerOptions) {
    this.options = options;
  }

  /** Scores by id. An answer that cannot be used is asked for once more. @throws ChatFailed, BudgetSpent */
  async score(
    asked: readonly AskedStory[],
    assets: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly AssetScore[]>> {
    const messages: ChatRequest['messages'] = [
      { role: 'system', content: this.options.prompt.text },
      { role: 'user', content: question(asked, assets) },
    ];
    const first = await this.answer(messages, asked, assets, signal);
    if (first.ok) return first.scores;
    // What was wrong is said in our words: the answer itself is not sent back, for a headline may have dictated it.
    this.options.meter.repairs++;
    messages.push({
      role: 'user',
      content: `Your answer was refused: ${first.problem}. Answer again, in the form that was asked for.`,
    });
    const second = await this.answer(messages, asked, assets, signal);
    if (second.ok) return second.scores;
    throw new ChatFailed(`The model's answer was refused twice: ${second.problem}.`, { problem: 'unusable' });
  }

  private async answer(
    messages: ChatRequest['messages'],
    asked: readonly AskedStory[],
    assets: readonly string[],
    signal: AbortSignal,
  ): Promise<ReturnType<typeof checkAnswer>> {
    const { content } = await this.inKnownForm(messages, assets, signal);
    if ('problem' in content) return { ok: false, problem: content.problem.message.replace(/\. .*$/, '') };
    return checkAnswer(content.text, asked, assets);
  }

  /** Asks in the strictest form that the server takes, and remembers which that is. */
  private async inKnownForm(
    messages: ChatRequest['messages'],
    assets: readonly string[],
    signal: AbortSignal,
  ): Promise<ChatAnswer> {
    for (let form = this.form; ; ) {
      try {
        const answer = await this.patiently(requestIn(form, messages, assets), signal);
        this.form = form;
        return answer;
      } catch (error) {
        if (!(error instanceof ChatFailed) || error.problem !== 'rejected') throw error;
        const looser = looserForm(form, error);
        if (looser === null) throw error;
        form = looser;
      }
    }
  }

  private async patiently(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer> {
    const { clock, retries } = this.options;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.once(request, signal);
      } catch (error) {
        if (!(error instanceof ChatFailed) || error.problem !== 'busy' || attempt >= retries) throw error;
        const pause = error.retryAfterMs ?? 1000 * 2 ** attempt;
        if (pause > LONGEST_PAUSE_MS) throw error;
        await clock.sleep(pause, signal);
        signal.throwIfAborted();
      }
    }
  }

  private async once(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer> {
    const { chat, budget, meter, clock } = this.options;
    if (!budget.take()) throw new BudgetSpent(budget.sentence());
    const begun = clock.now();
    try {
      const answer = await chat.ask(request, signal);
      budget.spend(meter.answered(answer, clock.now() - begun));
      return answer;
    } catch (error) {
      if (!signal.aborted) meter.failed();
      throw error;
    }
  }
}

/** Stories as the model is given them: encoded as JSON, so that no text can leave its place. */
function question(asked: readonly AskedStory[], assets: readonly string[]): string {
  return JSON.stringify({
    assets,
    stories: asked.map(({ id, text }) => ({
      id,
      title: text.title,
      ...(text.summary === null ? {} : { summary: text.summary }),
    })),
  });
}
