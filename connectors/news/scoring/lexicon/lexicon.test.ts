import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { storyOf } from '../llm/support/scorerOn.ts';
import { LexiconScorer } from './lexiconScorer.ts';
import { mentionsOf } from './mentions.ts';
import { sentimentOf } from './sentiment.ts';

const ASSETS = ['BTC', 'ETH', 'SOL', 'XRP', 'LINK', 'A'];

describe('what words say', () => {
  test.each([
    ['Exchange hacked, funds stolen', -1],
    ['SEC approves spot ether ETF', 1],
    ['Exchange delists three coins', -1],
    ['Court: lawsuit dismissed against exchange', 1],
    ['ETFs see record outflows', -1],
    ['ETFs see record inflows', 1],
    ['Coin hits all-time high', 1],
    ['Coin hits all-time low', -1],
    ['Liquidations sweep the market', -1],
    ['Trust fund shares: what investors like', 0],
    ['', 0],
  ])('%s: %d', (text, sign) => expect(Math.sign(sentimentOf(text).score)).toBe(sign));

  test('the longest term counts, alone', () => {
    expect(sentimentOf('Bank drops lawsuit').terms).toEqual(['drops lawsuit']);
    expect(sentimentOf('Fear and greed index').terms).toEqual([]);
  });

  test('a negation turns, a strengthener strengthens, a weakener weakens', () => {
    const score = (text: string): number => sentimentOf(text).score;
    expect(score('Exchange was not hacked')).toBeGreaterThan(0);
    expect(score('Price sharply falls')).toBeLessThan(score('Price falls'));
    expect(score('Price slightly falls')).toBeGreaterThan(score('Price falls'));
    expect(score('No news for two whole days, then price falls')).toBeLessThan(0);
  });

  test('stays within -1 and 1, whatever the text, and says the same again', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc
            .array(fc.constantFrom('crash', 'soars', 'not', 'very', 'constructor', '__proto__'))
            .map((words) => words.join(' ')),
        ),
        (text) => {
          const { score } = sentimentOf(text);
          expect(Math.abs(score)).toBeLessThanOrEqual(1);
          expect(sentimentOf(text).score).toBe(score);
        },
      ),
    );
  });
});

describe('which assets a text is about', () => {
  test.each<[string, readonly string[]]>([
    ['Bitcoin and Ether fall', ['BTC', 'ETH']],
    ["Bitcoin's week", ['BTC']],
    ['$sol to the moon, XRP too', ['SOL', 'XRP']],
    ['Bitcoin Cash forks', []],
    ['Ethereum Classic attacked', []],
    ['Link to the report, a link', []],
    ['LINK IN BIO', []],
    ['Chainlink adds feeds', ['LINK']],
    ['Oracle (LINK) jumps', ['LINK']],
    ['$LINK jumps', ['LINK']],
    ['A day in the life of a miner', []],
    ['Ripple wins in court', ['XRP']],
    ['sol y sombra', []],
  ])('%s: %j', (text, named) => expect(mentionsOf(text, ASSETS).named).toEqual(named));

  test.each([
    ['Crypto market slides', true],
    ['Fed cuts rates', true],
    ['Dogecoin and the crypto market', false],
    ['Sports results', false],
  ])('%s: about the whole market: %s', (text, whole) =>
    expect(mentionsOf(text, ASSETS).wholeMarket).toBe(whole),
  );
});

describe('LexiconScorer', () => {
  const scorer = new LexiconScorer();
  const scores = async (title: string, summary: string | null = null) =>
    (await scorer.score([storyOf(title, { summary })], ['BTC', 'ETH']))[0]?.assets;

  test('says who scored and by which words', async () => {
    expect(scorer.model).toBe('lexicon@1');
    expect(await scores('Bitcoin plunges as exchange is hacked')).toEqual([
      { asset: 'BTC', score: -0.8321, confidence: 0.6, reason: 'plunges, hacked' },
    ]);
  });

  test('news of the market concerns every asset, with less confidence', async () => {
    const all = await scores('Crypto market crashes');
    expect(all?.map(({ asset }) => asset)).toEqual(['BTC', 'ETH']);
    for (const one of all ?? []) expect(one).toMatchObject({ confidence: 0.2, score: expect.any(Number) });
  });

  test('an asset that only the summary names is less certain', async () => {
    expect(await scores('A coin soars', 'Bitcoin is up.')).toMatchObject([{ asset: 'BTC', confidence: 0.4 }]);
  });

  test('other news concerns no asset', async () => {
    expect(await scores('Football results are in', 'Goals and more.')).toEqual([]);
    expect(await scores('Dogecoin soars')).toEqual([]);
  });
});
