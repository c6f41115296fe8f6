import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openLlmScorer } from './llm/openLlmScorer.ts';
import { PausesPassed } from './llm/support/pausesPassed.ts';
import { readPrompt, SCORE_PROMPT } from './prompt.ts';

describe('a prompt', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tickwave-prompt-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('has the version that its name says', () => {
    expect(readPrompt(SCORE_PROMPT)).toEqual({ version: 1, text: expect.stringMatching(/^You judge news/) });
  });

  test.each([
    ['score.v2.md', '---\nversion: 1\n---\nWords.\n'],
    ['score.v1.md', 'Words.\n'],
    ['score.v3.md', '---\nversion: 3\nother: 1\n---\nWords.\n'],
  ])('%s with %j is refused', (name, text) => {
    writeFileSync(join(folder, name), text);
    expect(() => readPrompt(join(folder, name))).toThrow(/front|begin with the version/);
  });
});

test('a budget in dollars needs prices', () => {
  const options = { baseUrl: 'http://127.0.0.1:1/v1', apiKey: null, model: 'm', timeoutMs: 1000 };
  const open = (price: number) =>
    openLlmScorer(
      { ...options, budget: { amount: 2, unit: 'dollars' }, prices: { in: price, out: price } },
      new PausesPassed(0),
    );
  expect(() => open(0)).toThrow(/LLM_PRICE_IN/);
  expect(open(1).model).toBe('m@1');
});
