import { zodResponseFormat } from 'openai/helpers/zod';
import type { ChatFailed } from '../errors.ts';
import { answerSchema } from './answer.ts';
import type { ChatRequest } from './chatModel.ts';

/** How an answer's form is asked for. Servers differ in what they know. */
export interface RequestForm {
  readonly format: 'json_schema' | 'json_object' | 'text';
  /** Temperature 0 makes answers steadier; reasoning models refuse it. */
  readonly steady: boolean;
}

export const STRICTEST: RequestForm = { format: 'json_schema', steady: true };

/** Enough for a batch of scores and for the thoughts of a reasoning model before them. */
const MAX_TOKENS = 8192;

/** A request in a form. */
export function requestIn(
  form: RequestForm,
  messages: ChatRequest['messages'],
  assets: readonly string[],
): ChatRequest {
  return {
    messages,
    max_completion_tokens: MAX_TOKENS,
    ...(form.steady ? { temperature: 0 } : {}),
    ...(form.format === 'json_schema'
      ? { response_format: zodResponseFormat(answerSchema(assets), 'scores') }
      : {}),
    ...(form.format === 'json_object' ? { response_format: { type: 'json_object' } } : {}),
  };
}

/** The form to try after a server rejected one; null when there is none left. */
export function looserForm(form: RequestForm, rejection: ChatFailed): RequestForm | null {
  if (form.steady && /temperature/i.test(rejection.message)) return { ...form, steady: false };
  if (form.format === 'json_schema') return { ...form, format: 'json_object' };
  if (form.format === 'json_object') return { ...form, format: 'text' };
  return null;
}
