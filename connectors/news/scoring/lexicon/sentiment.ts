import { afinn165FinancialMarketNews } from 'afinn-165-financialmarketnews';
import { TERMS } from './files.ts';
import { TermIndex, type Word, wordsOf } from './words.ts';

/** What a text says of prices, by its words. */
export interface Sentiment {
  /** -1 to 1. */
  readonly score: number;
  /** The terms that weighed, as they stand in the text. */
  readonly terms: readonly string[];
}

/** How many words a negation reaches over. */
const REACH = 3;
/** A negated word says the opposite, less strongly: "not bad" is not "good". VADER's factor. */
const NEGATED = -0.74;
const STRONGER = 1.3;
const WEAKER = 0.6;
/** Sum of weights at which a score passes 0.7: `s / sqrt(s^2 + SCALE^2)`, the form VADER uses. */
const SCALE = 4;

const NEUTRAL = new Set(TERMS.neutral);
const NEGATIONS = new Set(TERMS.negations);
const FACTORS = new Map([
  ...TERMS.strengtheners.map((word) => [word, STRONGER] as const),
  ...TERMS.weakeners.map((word) => [word, WEAKER] as const),
]);
const WEIGHTS = new TermIndex<number>([
  ...Object.entries(afinn165FinancialMarketNews),
  ...Object.entries(TERMS.terms),
  ...[...NEUTRAL, ...FACTORS.keys(), ...NEGATIONS]
    .filter((word) => !(word in TERMS.terms))
    .map((word) => [word, 0] as const),
]);

/** Sums the weights of a text's terms, turned by negations and scaled by words such as `sharply`. */
export function sentimentOf(text: string): Sentiment {
  const words = wordsOf(text);
  const terms: string[] = [];
  let sum = 0;
  for (let at = 0; at < words.length; ) {
    const found = WEIGHTS.at(words, at);
    if (found !== null && found.value !== 0) {
      sum += found.value * factorBefore(words, at);
      terms.push(found.term);
    }
    at += found?.length ?? 1;
  }
  return { score: sum / Math.sqrt(sum * sum + SCALE * SCALE), terms };
}

function factorBefore(words: readonly Word[], at: number): number {
  const before = words.slice(Math.max(0, at - REACH), at);
  const negated = before.some((word) => NEGATIONS.has(word.key));
  const scaled = FACTORS.get(before.at(-1)?.key ?? '') ?? 1;
  return scaled * (negated ? NEGATED : 1);
}
