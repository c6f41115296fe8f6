/** A word of a text: as it was written, and as it is looked up. */
export interface Word {
  readonly written: string;
  readonly key: string;
}

/** Words and numbers, with what is inside of them: `all-time`, `isn't`, `1.5`, `$BTC`. */
const WORD = /\$?[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}]|[-'’.&](?=[\p{L}\p{N}]))*/gu;

/** The words of a text, in order. */
export function wordsOf(text: string): Word[] {
  return [...text.matchAll(WORD)].map(([written]) => ({
    written,
    key: written.toLowerCase().replaceAll('’', "'").replace(/'s$/, ''),
  }));
}

/** Finds the longest of many terms, each of one word or several. */
export class TermIndex<Value> {
  private readonly terms = new Map<string, Value>();
  private longest = 0;

  constructor(terms: Iterable<readonly [term: string, value: Value]>) {
    for (const [term, value] of terms) {
      const keys = wordsOf(term).map((word) => word.key);
      this.terms.set(keys.join(' '), value);
      this.longest = Math.max(this.longest, keys.length);
    }
  }

  /** The longest term that begins at a word, with its length in words. */
  at(
    words: readonly Word[],
    start: number,
  ): { readonly term: string; readonly value: Value; readonly length: number } | null {
    for (let length = Math.min(this.longest, words.length - start); length > 0; length--) {
      const term = words
        .slice(start, start + length)
        .map((word) => word.key)
        .join(' ');
      const value = this.terms.get(term);
      if (value !== undefined) return { term, value, length };
    }
    return null;
  }
}
