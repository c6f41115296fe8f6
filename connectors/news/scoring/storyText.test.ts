import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_SUMMARY, MAX_TITLE, plainText, storyText, textHash } from './storyText.ts';

describe('the text of a story', () => {
  test.each([
    ['line\nbreaks\r\n and\ttabs', 'line breaks and tabs'],
    ['null\u0000 and escape\u001b[31m', 'null and escape [31m'],
    ['\u202egnp.exe\u202c and zero\u200bwidth', 'gnp.exe and zero width'],
    ['hidden\u{e0041}\u{e0042} tags', 'hidden tags'],
    ['broken \ud800 surrogate', 'broken \ufffd surrogate'],
    ['Ｂitcoin', 'Bitcoin'],
  ])('%j is read as %j', (given, plain) => expect(plainText(given, 100)).toBe(plain));

  test('a title of 100 KB is cut', () => {
    const { title, summary } = storyText({ title: 'A '.repeat(50_000), summary: '😀'.repeat(50_000) });
    expect([...title]).toHaveLength(MAX_TITLE - 1);
    expect([...(summary ?? '')]).toHaveLength(MAX_SUMMARY);
  });

  test('an empty summary is none', () => {
    expect(storyText({ title: 'x', summary: ' \n ' }).summary).toBeNull();
  });

  test('is on one line, visible, well formed and within its limit, and stays so', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 2000 }),
        fc.integer({ min: 1, max: 50 }),
        (text, limit) => {
          const plain = plainText(text, limit);
          expect([...plain].length).toBeLessThanOrEqual(limit);
          expect(plain).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
          expect(plain).not.toMatch(/\p{Cs}/u);
          expect(plainText(plain, limit)).toBe(plain);
        },
      ),
    );
  });

  test('the hash is that of the words, not of their spelling in capitals', () => {
    const hash = (title: string, summary: string | null): string => textHash({ title, summary });
    expect(hash('Bitcoin falls', null)).toBe(hash('BITCOIN FALLS', null));
    expect(hash('Bitcoin falls', null)).not.toBe(hash('Bitcoin', 'falls'));
    expect(hash('Bitcoin falls', null)).not.toBe(hash('Bitcoin falls', 'again'));
  });
});
