import { z } from 'zod';
import { number, optional, text, type Variable } from '../variable.ts';

/** What may be spent on a model in a day. */
export interface DailyBudget {
  readonly amount: number;
  readonly unit: 'requests' | 'dollars';
}

const BUDGET = /^(\d+(?:\.\d+)?) (requests|dollars)$/;

const budget = z
  .string()
  .trim()
  .regex(BUDGET)
  .transform((value): DailyBudget => {
    const [, amount, unit] = BUDGET.exec(value) ?? [];
    return { amount: Number(amount), unit: unit === 'dollars' ? 'dollars' : 'requests' };
  });

const price = z.number().min(0).max(10_000);

/** The language model that scores news. */
export const LLM = {
  LLM_MODEL: optional(
    text(
      'Language model that scores news. Without it a word list does.',
      '',
      'a name that the server knows, as gpt-5-mini or qwen3:8b',
    ),
  ),
  LLM_BASE_URL: {
    about: 'OpenAI-compatible address of the model: OpenAI, Ollama, vLLM, llama.cpp.',
    standard: 'https://api.openai.com/v1',
    allowed: 'an address such as http://localhost:11434/v1',
    schema: z.url({ protocol: /^https?$/ }),
  } satisfies Variable<string>,
  LLM_API_KEY: {
    about: 'Key of the model server, if it asks for one.',
    standard: null,
    allowed: 'a key',
    schema: z.string().min(1),
    secret: true,
  } satisfies Variable<string>,
  LLM_DAILY_BUDGET: {
    about:
      'What may be asked of the model from midnight to midnight UTC. Then the word list scores, and its rows say so.',
    standard: '500 requests',
    allowed: 'a number of requests or dollars, as 500 requests or 0.5 dollars',
    schema: budget,
  } satisfies Variable<DailyBudget>,
  LLM_PRICE_IN: number('Dollars for a million tokens that are sent.', '0', 'a number from 0 to 10000', price),
  LLM_PRICE_OUT: number('Dollars for a million tokens of answers.', '0', 'a number from 0 to 10000', price),
  LLM_TIMEOUT: number(
    'Seconds in which the model has to answer.',
    '30',
    'a number from 1 to 600',
    z.number().min(1).max(600),
  ),
} as const;
