/** Words that carry no meaning of their own; what is left of a title after them tells it from others. */
const FILLERS = new Set(
  'a an the of to in on at for and or as is are was were be by with from its it s this that over amid'.split(
    ' ',
  ),
);
/** Words that turn a title into its opposite. */
const DENIALS = new Set(
  'not no never without nor isn wasn won doesn didn hasn cannot denies deny denied false fake hoax rumor rumors debunks refutes rejects reject rejected'.split(
    ' ',
  ),
);
const MAGNITUDES: Readonly<Record<string, string>> = {
  ...{ k: 'e3', thousand: 'e3', m: 'e6', mn: 'e6', million: 'e6' },
  ...{ b: 'e9', bn: 'e9', billion: 'e9', t: 'e12', trillion: 'e12' },
};
const MAGNITUDE = /(\d(?:\.\d+)?)\s?(k|thousand|mn|million|m|bn|billion|b|trillion|t)\b/g;
const WORD = /\d+(?:\.\d+)?(?:e\d+)?(?![\p{L}])|[\p{L}\p{M}\p{N}]+/gu;

/** Fewer words than these say too little to know a story by. */
const LEAST_WORDS = 4;
/** The share of words that two titles of one story have in common; at it, one word in five may have been added. */
export const LEAST_SHARED = 0.8;

/** What a title says, without how it says it. */
export interface TitleWords {
  /** Of the words: lower case, without accents, fillers, possessive and plural s. */
  readonly words: ReadonlySet<string>;
  /** The numbers, sorted; `$1.2 billion`, `1.2B` and `1,200,000,000` are one. */
  readonly numbers: string;
}

/** @param source a publisher's name at the end, as in `… | CoinDesk`, is no part of the title. */
export function titleWords(title: string, source: string): TitleWords {
  const text = withoutPublisher(title, source)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’`]s\b/g, '')
    .replace(/(\d),(?=\d{3})/g, '$1')
    .replace(MAGNITUDE, (_, number: string, unit: string) => `${number}${MAGNITUDES[unit]}`);
  const words = new Set<string>();
  const numbers: string[] = [];
  for (const [word] of text.matchAll(WORD)) {
    if (/^\d/.test(word)) numbers.push(/^[\d.e]+$/.test(word) ? String(Number(word)) : word);
    else if (!FILLERS.has(word)) words.add(singular(word));
  }
  return { words: new Set([...words, ...numbers]), numbers: numbers.sort().join(' ') };
}

/**
 * Whether two titles are one story's. Their numbers have to be the same: prices, dates and percentages tell stories of
 * one pattern apart. And one has to have all words of the other, with few more, none of them a denial: a word that was
 * exchanged for another ("approves", "rejects"; "Solana", "Cardano") makes it another story.
 */
export function sameStory(a: TitleWords, b: TitleWords): boolean {
  if (a.numbers !== b.numbers) return false;
  const [fewer, more] = a.words.size <= b.words.size ? [a.words, b.words] : [b.words, a.words];
  if (fewer.size < LEAST_WORDS || fewer.size < LEAST_SHARED * more.size) return false;
  for (const word of fewer) if (!more.has(word)) return false;
  for (const word of more) if (!fewer.has(word) && DENIALS.has(word)) return false;
  return true;
}

function withoutPublisher(title: string, source: string): string {
  const cut = Math.max(title.lastIndexOf(' | '), title.lastIndexOf(' - '), title.lastIndexOf(' – '));
  const dash = Math.max(cut, title.lastIndexOf(' — '));
  if (dash <= 0) return title;
  const end = plain(title.slice(dash + 3));
  const name = plain(source);
  const named = end !== '' && name !== '' && (name.startsWith(end) || end.startsWith(name));
  return named ? title.slice(0, dash) : title;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

function singular(word: string): string {
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}
