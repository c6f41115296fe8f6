import { createHash } from 'node:crypto';
import { BadField } from '../errors.ts';
import type { NewsStory } from '../landing.ts';
import { canonicalUrl, webAddress } from './canonicalUrl.ts';
import { oneLine, plainText } from './plainText.ts';
import { publishedAt } from './publishedAt.ts';

export const MAX_TITLE_LENGTH = 500;
export const MAX_SUMMARY_LENGTH = 2000;
export const MAX_SOURCE_LENGTH = 100;
/** What stands for a title where an item has only a text. */
const MADE_TITLE_LENGTH = 140;

/** A story as a source words it: HTML, relative addresses and dates of any form are allowed. */
export interface ToldStory {
  readonly source: string;
  readonly title?: string | null | undefined;
  readonly summary?: string | null | undefined;
  readonly url?: string | null | undefined;
  /** What relative addresses are relative to. */
  readonly base?: string | undefined;
  /** What the source itself calls the story; used where it has no address. */
  readonly guid?: string | null | undefined;
  readonly publishedAt?: string | null | undefined;
}

/**
 * A story as it lands: plain text within limits, an address that is one, an id that is the same whoever tells it.
 * @param receivedAt ISO 8601 in UTC.
 * @throws BadField when there is neither a title nor a text.
 */
export function storyOf(told: ToldStory, receivedAt: string): NewsStory {
  const text = plainText(told.summary ?? '', MAX_SUMMARY_LENGTH);
  const title = plainText(told.title ?? '', MAX_TITLE_LENGTH) || oneLine(text, MADE_TITLE_LENGTH);
  if (title === '') throw new BadField('title', told.title ?? undefined, 'some words');
  const source = oneLine(told.source, MAX_SOURCE_LENGTH);
  const url = webAddress(told.url ?? '', told.base);
  const published = publishedAt(told.publishedAt, Date.parse(receivedAt));
  return {
    id: url === null ? idOf(source, told.guid || `${title}\n${published ?? ''}`) : storyId(url),
    source,
    title,
    summary: text === '' || text === title ? null : text,
    url,
    publishedAt: published,
    receivedAt,
  };
}

/** The id of a story with an address: the same for all variants of the address. */
export function storyId(url: string): string {
  return idOf(canonicalUrl(url));
}

function idOf(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}
