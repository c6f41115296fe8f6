import { createHash } from 'node:crypto';

/** What a scorer is given of a story. */
export interface StoryText {
  readonly title: string;
  readonly summary: string | null;
}

/** Headlines are shorter; what is longer is no headline. */
export const MAX_TITLE = 300;
/** The first lines say what a story is about. */
export const MAX_SUMMARY = 600;

/** Control characters, and the invisible ones that turn or hide text: bidi marks, zero-width joiners, tags. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\s]+/gu;

/** Text on one line, without characters that a reader cannot see, and at most `limit` characters long. */
export function plainText(text: string, limit: number): string {
  // What is far over the limit is cut first, so that a huge text costs little.
  const wellFormed = Buffer.from(text.slice(0, 8 * limit)).toString();
  const plain = wellFormed.normalize('NFKC').replace(INVISIBLE, ' ').trim();
  return [...plain].slice(0, limit).join('').trimEnd();
}

/** The text of a story as every scorer reads it: plain and within limits. */
export function storyText(story: StoryText): StoryText {
  const summary = story.summary === null ? '' : plainText(story.summary, MAX_SUMMARY);
  return { title: plainText(story.title, MAX_TITLE), summary: summary === '' ? null : summary };
}

/** The same for the same words, whoever published them. */
export function textHash(text: StoryText): string {
  return createHash('sha256')
    .update(JSON.stringify([text.title.toLowerCase(), text.summary?.toLowerCase() ?? null]))
    .digest('hex');
}
