import { z } from 'zod';
import { BadField, shown } from '../../errors.ts';
import type { NewsStory } from '../../landing.ts';
import type { UnusableItem } from '../source.ts';
import { MAX_SOURCE_LENGTH, storyOf } from '../story.ts';

/** A story as others send it: the columns of `news`, without those that Tickwave fills. */
export const sentStory = z.object({
  title: z.string().trim().min(1).max(10_000),
  source: z.string().trim().min(1).max(MAX_SOURCE_LENGTH).optional(),
  summary: z.string().max(100_000).nullish(),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .nullish(),
  published_at: z.iso.datetime({ offset: true }).nullish(),
});

const EXPECTED: Readonly<Record<string, string>> = {
  title: 'a text of 1 to 10,000 characters',
  source: `a text of 1 to ${MAX_SOURCE_LENGTH} characters`,
  summary: 'a text of up to 100,000 characters, or null',
  url: 'an http or https address of up to 2,048 characters, or null',
  published_at: 'ISO 8601 with a zone such as 2026-11-21T09:30:00Z, or null',
};

/** What is wrong with one story of a submission. */
export interface Problem {
  /** From 1: the line, or the place in the array. */
  readonly story: number;
  readonly field: string;
  readonly detail: string;
}

/** What a submission holds. */
export interface Submission {
  readonly stories: readonly NewsStory[];
  readonly unusable: readonly UnusableItem[];
  /** One for each that is unusable, in the same order. */
  readonly problems: readonly Problem[];
}

/** What was sent for one story: a value, or text that is no JSON. */
export interface Sent {
  readonly raw: Uint8Array;
  /** Undefined when it is no JSON. */
  readonly value: unknown;
}

/** Sorts what was sent into stories and what is none. @param source for stories that do not say theirs. */
export function submissionOf(sent: readonly Sent[], source: string, receivedAt: string): Submission {
  const stories: NewsStory[] = [];
  const unusable: UnusableItem[] = [];
  const problems: Problem[] = [];
  sent.forEach(({ raw, value }, index) => {
    try {
      stories.push(sentStoryOf(value, raw, source, receivedAt));
    } catch (error) {
      if (!(error instanceof BadField)) throw error;
      unusable.push({ reason: error.message, raw });
      problems.push({ story: index + 1, field: error.field, detail: error.message });
    }
  });
  return { stories, unusable, problems };
}

function sentStoryOf(value: unknown, raw: Uint8Array, source: string, receivedAt: string): NewsStory {
  if (value === undefined) {
    throw new BadField('line', Buffer.from(raw.subarray(0, 200)).toString('utf8'), 'one JSON object');
  }
  const read = sentStory.safeParse(value);
  if (!read.success) throw badField(value, read.error);
  const { published_at: publishedAt, ...rest } = read.data;
  return storyOf({ ...rest, source: rest.source ?? source, publishedAt }, receivedAt);
}

function badField(value: unknown, error: z.ZodError): BadField {
  const name = String(error.issues[0]?.path[0] ?? '');
  const record = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  if (record === null || Array.isArray(value) || name === '') {
    return new BadField('story', value, 'an object with at least a title');
  }
  return new BadField(name, record[name], EXPECTED[name] ?? shown(record[name]));
}
