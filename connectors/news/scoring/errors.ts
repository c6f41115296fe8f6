import { ConnectorError } from '../../errors.ts';

/**
 * Why a model gave no answer that can be used: `rejected` is a request that the server does not understand, `busy` passes
 * (429, 5xx, a time-out, no connection), `denied` does not (key, model, address), `unusable` is an answer that is none.
 */
export type ChatProblem = 'rejected' | 'busy' | 'denied' | 'unusable';

/** A language model did not answer, or not so that the answer can be used. */
export class ChatFailed extends ConnectorError {
  readonly code = 'chat-failed';
  readonly problem: ChatProblem;
  /** How long the server asks to be left alone, in milliseconds. */
  readonly retryAfterMs: number | null;

  constructor(
    message: string,
    options: {
      readonly problem: ChatProblem;
      readonly retryAfterMs?: number | null;
      readonly cause?: unknown;
    },
  ) {
    super(message, REMEDIES[options.problem], { cause: options.cause });
    this.problem = options.problem;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

const REMEDIES: Readonly<Record<ChatProblem, string>> = {
  rejected: 'Check that LLM_BASE_URL is an OpenAI-compatible address and that LLM_MODEL takes chat messages.',
  busy: 'It is tried again by itself; check the server at LLM_BASE_URL if it goes on.',
  denied: 'Check LLM_API_KEY, LLM_MODEL and LLM_BASE_URL.',
  unusable: 'It is tried again by itself; a larger model keeps to the form better.',
};
