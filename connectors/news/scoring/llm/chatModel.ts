import OpenAI, { APIConnectionError, APIError } from 'openai';
import { z } from 'zod';
import type { Clock } from '../../../../engine/clock.ts';
import { ChatFailed } from '../errors.ts';
import { plainText } from '../storyText.ts';
import { boundedFetch } from './boundedFetch.ts';
import { retryAfter } from './retryAfter.ts';

export interface ChatModelOptions {
  /** Of any OpenAI-compatible server: `https://api.openai.com/v1`, `http://localhost:11434/v1`. */
  readonly baseUrl: string;
  /** Null for a server that asks for none. */
  readonly apiKey: string | null;
  readonly model: string;
  /** For a whole answer, from the request to its last byte. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

type Params = OpenAI.Chat.ChatCompletionCreateParamsNonStreaming;

/** One question: messages, and what is said of the answer's form. */
export type ChatRequest = Omit<Params, 'model' | 'stream'>;

export interface ChatAnswer {
  /** The text, or why there is none that can be used. */
  readonly content: { readonly text: string } | { readonly problem: ChatFailed };
  /** As the server counts them; 0 when it does not say. */
  readonly tokensIn: number;
  readonly tokensOut: number;
}

const COMPLETION = z.object({
  choices: z.array(
    z.object({
      finish_reason: z.string().nullish(),
      message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
    }),
  ),
  usage: z.object({ prompt_tokens: z.number().min(0), completion_tokens: z.number().min(0) }).nullish(),
});

/** A chat model behind an OpenAI-compatible address. Each call is one HTTP request: when to try again is the caller's to say. */
export class ChatModel {
  private readonly options: ChatModelOptions;
  private readonly client: OpenAI;

  constructor(options: ChatModelOptions) {
    this.options = options;
    this.client = new OpenAI({
      baseURL: options.baseUrl,
      // The client wants one, and takes what it is not given from the environment.
      apiKey: options.apiKey ?? 'none',
      adminAPIKey: null,
      organization: null,
      project: null,
      maxRetries: 0,
      logLevel: 'off',
      fetch: boundedFetch,
    });
  }

  /** @throws ChatFailed; the signal's reason when it aborts. */
  async ask(request: ChatRequest, signal: AbortSignal): Promise<ChatAnswer> {
    const { clock, model, timeoutMs } = this.options;
    signal.throwIfAborted();
    // The client's own time-out ends with the headers of the answer; this one with its last byte.
    const deadline = new AbortController();
    const answered = new AbortController();
    void clock.sleep(timeoutMs, answered.signal).then((late) => late && deadline.abort());
    try {
      const completion: unknown = await this.client.chat.completions.create(
        { ...request, model, stream: false },
        { signal: AbortSignal.any([signal, deadline.signal]) },
      );
      return answerOf(completion);
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.signal.aborted) {
        throw new ChatFailed(`${this.place()} did not answer within ${timeoutMs / 1000} s.`, {
          problem: 'busy',
        });
      }
      throw this.failure(error);
    } finally {
      answered.abort();
    }
  }

  private place(): string {
    return `The model server at ${new URL(this.options.baseUrl).host}`;
  }

  private failure(error: unknown): ChatFailed {
    if (error instanceof ChatFailed) return error;
    const place = this.place();
    if (error instanceof APIConnectionError) {
      // A failure of ours inside of fetch comes back wrapped.
      if (error.cause instanceof ChatFailed) return error.cause;
      return new ChatFailed(`${place} cannot be reached.`, { problem: 'busy', cause: error });
    }
    if (!(error instanceof APIError) || error.status === undefined) {
      return new ChatFailed(`${place} gave an answer that is not JSON.`, {
        problem: 'unusable',
        cause: error,
      });
    }
    const said = plainText(error.message, 200);
    const { status } = error;
    if (status === 408 || status === 409 || status === 429 || status >= 500) {
      const retryAfterMs = retryAfter(error.headers, this.options.clock.now());
      return new ChatFailed(`${place} answered ${said}.`, { problem: 'busy', retryAfterMs, cause: error });
    }
    const problem = status === 400 || status === 422 ? 'rejected' : 'denied';
    return new ChatFailed(`${place} answered ${said}.`, { problem, cause: error });
  }
}

function answerOf(completion: unknown): ChatAnswer {
  const read = COMPLETION.safeParse(completion);
  if (!read.success) return { content: unusable('is no chat completion'), tokensIn: 0, tokensOut: 0 };
  const { choices, usage } = read.data;
  return {
    content: contentOf(choices[0]),
    tokensIn: usage?.prompt_tokens ?? 0,
    tokensOut: usage?.completion_tokens ?? 0,
  };
}

function contentOf(
  choice: z.output<typeof COMPLETION>['choices'][number] | undefined,
): ChatAnswer['content'] {
  if (choice === undefined) return unusable('has no choices');
  const { finish_reason, message } = choice;
  if (message.refusal) return unusable(`is a refusal: ${plainText(message.refusal, 100)}`);
  if (finish_reason === 'content_filter') return unusable('was withheld by a content filter');
  if (finish_reason === 'length') return unusable('was cut off at the limit of its length');
  const text = message.content ?? '';
  return text.trim() === '' ? unusable('is empty') : { text };
}

function unusable(what: string): { readonly problem: ChatFailed } {
  return { problem: new ChatFailed(`The model's answer ${what}.`, { problem: 'unusable' }) };
}
