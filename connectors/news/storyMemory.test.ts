import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describeWithData } from '../../test/support/data.ts';
import type { NewsStory } from '../landing.ts';
import { storyOf } from './story.ts';
import { StoryMemory, TITLE_WINDOW_MS } from './storyMemory.ts';
import { sameStory, titleWords } from './titleWords.ts';

const HOUR = 3600 * 1000;
const told = (title: string, url: string, source = 'Example'): NewsStory =>
  storyOf({ source, title, url }, '2026-11-21T12:00:00.000Z');
const same = (a: string, b: string): boolean => sameStory(titleWords(a, ''), titleWords(b, ''));

describe('titles of one story', () => {
  test.each([
    [
      'MetaMask warns Apple users over iCloud phishing attacks',
      'METAMASK Warns Apple Users of iCloud Phishing Attacks!',
    ],
    ['Luna raises $1.2 Billion for reserve', 'Luna raises $1.2B for Reserve'],
    ['Luna raises $1,200,000 for reserve', 'Luna Raises $1.2M for reserve'],
    ['Bybit’s €5 million deal closes today', "Bybit's €5M Deal Closes Today"],
    [
      'Trump Organization Plans Tokenized Resort in the Maldives',
      'JUST IN: Trump Organization Plans Tokenized Resort, Maldives',
    ],
    ['Crypto investments grow in Zürich', 'Crypto Investment Grows in Zurich'],
  ])('%s = %s', (a, b) => {
    expect(same(a, b)).toBe(true);
  });

  test.each([
    [
      'SEC approves spot Solana ETF of VanEck after months of delay',
      'SEC rejects spot Solana ETF of VanEck after months of delay',
    ],
    [
      'Grayscale files for a spot Solana ETF with the SEC',
      'Grayscale files for a spot Cardano ETF with the SEC',
    ],
    ['Price analysis 2/2: BTC, ETH, BNB, ADA, SOL, XRP', 'Price analysis 2/4: BTC, ETH, BNB, ADA, SOL, XRP'],
    ['Bitcoin drops below 95,000 USDT', 'Bitcoin drops below 94,000 USDT'],
    ['Tether to launch its own chain next year', 'Tether not to launch its own chain next year'],
    ['Bitcoin ETF inflows reach $120M', 'Bitcoin ETF inflows reach $120B'],
    ['Daily market wrap', 'Daily market wrap'],
    ['South Korean cr...', 'South Korean Cr...'],
  ])('%s is not %s', (a, b) => {
    expect(same(a, b)).toBe(false);
  });

  test('the publisher at the end is no part of the title', () => {
    const words = (title: string, source: string): readonly string[] => [...titleWords(title, source).words];
    expect(words('Bitcoin rises | CoinDesk', 'coindesk.com')).toEqual(['bitcoin', 'rise']);
    expect(words('Bitcoin rises - Ether falls', 'CoinDesk')).toEqual(['bitcoin', 'rise', 'ether', 'fall']);
  });

  test('is symmetric, and true of a title and itself in any case and punctuation', () => {
    const word = fc.stringMatching(/^[a-z]{4,9}[^\W\d_s]$/);
    const title = fc.uniqueArray(word, { minLength: 4, maxLength: 12 });
    fc.assert(
      fc.property(title, title, (a, b) => {
        expect(same(a.join(' '), b.join(' '))).toBe(same(b.join(' '), a.join(' ')));
        expect(same(a.join(' '), `${a.join(', ').toUpperCase()}!`)).toBe(
          titleWords(a.join(' '), '').words.size >= 3,
        );
      }),
    );
  });
});

describe('StoryMemory', () => {
  test('knows a story by its address and by its title, within 48 hours', () => {
    const memory = new StoryMemory();
    const first = told('Tether to launch stablecoin pegged to pound', 'https://a.example/1');
    memory.add(first, 0);
    expect(memory.find(told('Other words entirely', 'https://www.a.example/1?utm_source=x'), 0)).toBe(
      first.id,
    );
    const again = told('Tether to Launch Stablecoin Pegged to Pound | B', 'https://b.example/2', 'B');
    expect(memory.find(again, TITLE_WINDOW_MS)).toBe(first.id);
    expect(memory.find(again, TITLE_WINDOW_MS + 1)).toBeNull();
    expect(
      memory.find(told('Circle to launch stablecoin pegged to yen', 'https://b.example/3'), HOUR),
    ).toBeNull();
  });

  test('finds what comparing with every title finds', () => {
    const words = [
      'bitcoin',
      'ether',
      'falls',
      'rises',
      'etf',
      'sec',
      'fund',
      'tether',
      '5',
      '6',
      'not',
      'miner',
    ];
    const titles = fc.array(fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 9 }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        titles,
        fc.array(fc.constantFrom(...words), { minLength: 3, maxLength: 9 }),
        (stored, asked) => {
          const memory = new StoryMemory();
          for (const [index, title] of stored.entries()) {
            memory.add(told(title.join(' '), `https://a.example/${index}`), 0);
          }
          const wanted = titleWords(asked.join(' '), 'Example');
          const expected = stored.some((title) => sameStory(titleWords(title.join(' '), 'Example'), wanted));
          expect(memory.find(told(asked.join(' '), 'https://b.example/'), 0) !== null).toBe(expected);
        },
      ),
    );
  });

  test('forgets the oldest first, and all of it', () => {
    const memory = new StoryMemory({ capacity: 2 });
    const stories = [1, 2, 3].map((n) => told(`Entirely new story number ${n}`, `https://a.example/${n}`));
    for (const story of stories) memory.add(story, 0);
    expect(memory.size).toBe(2);
    expect(stories.map((story) => memory.find(story, 0) !== null)).toEqual([false, true, true]);
  });
});

describeWithData(
  'recorded headlines',
  [
    'news/cryptonews_2021_2022.csv',
    'news/cryptopanic_headlines_2026.csv',
    'news/cryptopanic_labelled_202511.csv',
  ],
  (...files) => {
    interface Row {
      readonly ts: string;
      readonly title: string;
      readonly source: string;
    }
    const merged = files.flatMap((file) => {
      const rows = parse(readFileSync(file), { columns: true, relax_column_count: true }) as unknown as Row[];
      const memory = new StoryMemory();
      const titled = rows.filter((row) => row.title.trim() !== '');
      const timed = titled.map((row) => ({ ...row, ms: Date.parse(row.ts.replace(' ', 'T')) }));
      return timed
        .sort((a, b) => a.ms - b.ms)
        .flatMap((row, index) => {
          const story = told(row.title, `https://a.example/${file}/${index}`, row.source);
          const known = memory.find(story, row.ms);
          if (known === null) memory.add(story, row.ms);
          return known === null ? [] : [{ title: row.title, known }];
        });
    });

    test('few of 11,697 are told twice, and none because its numbers differ', () => {
      expect(merged.length).toBeGreaterThan(20);
      expect(merged.length).toBeLessThan(60);
      expect(merged.map(({ title }) => title)).not.toContainEqual(
        expect.stringMatching(/^Price (analysis|predictions) \d/),
      );
    });

    test('what one paper changed in its headline, or another paper copied, is one story', () => {
      const titles = merged.map(({ title }) => title).join('\n');
      expect(titles).toMatch(/MetaMask Warns Apple Users of iCloud Phishing Attacks/i);
      expect(titles).toMatch(/7 in 10 Retail and Institutional Investors Plan to Buy More Crypto/);
    });
  },
);
