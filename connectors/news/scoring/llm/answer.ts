import { z } from 'zod';
import type { AssetScore } from '../scorer.ts';
import { plainText, type StoryText } from '../storyText.ts';

/** Longest reason that is kept. */
const MAX_REASON = 160;

/** A text that is asked about, under an id that holds for one request. */
export interface AskedStory {
  readonly id: string;
  readonly text: StoryText;
}

/** Scores by the ids of the request, or what is wrong with the answer. */
export type CheckedAnswer =
  | { readonly ok: true; readonly scores: ReadonlyMap<string, readonly AssetScore[]> }
  | { readonly ok: false; readonly problem: string };

/** The form of an answer. It bounds what a model that obeys a headline can do: watched assets only, scores from -1 to 1. */
export function answerSchema(assets: readonly string[]) {
  const score = z.strictObject({
    asset: z.enum(assets),
    score: z.number().min(-1).max(1),
    confidence: z.number().min(0).max(1),
    reason: z.string(),
  });
  return z.strictObject({
    stories: z.array(z.strictObject({ id: z.string(), assets: z.array(score) })),
  });
}

/**
 * Reads an answer. It is taken as a whole or not at all: a model that names a story it was not given, or an asset that
 * is not watched, has not understood what it read.
 */
export function checkAnswer(
  text: string,
  asked: readonly AskedStory[],
  assets: readonly string[],
): CheckedAnswer {
  const json = jsonOf(text);
  if (json === undefined) return { ok: false, problem: 'it is not JSON' };
  const read = answerSchema(assets).safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = issue?.path.map(String).join('.') ?? '';
    return {
      ok: false,
      problem: `it does not have the form that was asked for, at '${plainText(place, 60)}'`,
    };
  }
  const { stories } = read.data;
  const scores = new Map(stories.map((story) => [story.id, story.assets.map(cleaned)]));
  if (stories.some((story) => asked.every(({ id }) => id !== story.id))) {
    return { ok: false, problem: 'it has an id that was not asked for' };
  }
  if (scores.size < stories.length) return { ok: false, problem: 'it has an id twice' };
  if (scores.size < asked.length) return { ok: false, problem: 'it leaves stories out' };
  if (stories.some((story) => new Set(story.assets.map(({ asset }) => asset)).size < story.assets.length)) {
    return { ok: false, problem: 'it has an asset twice in one story' };
  }
  return { ok: true, scores };
}

function cleaned(score: AssetScore): AssetScore {
  return { ...score, reason: plainText(score.reason, MAX_REASON) };
}

/** JSON as models give it when no form can be asked for: after thoughts, in a code block, with words around. */
function jsonOf(text: string): unknown {
  const spoken = text.replace(/^[\s\S]*<\/think>/, '');
  const object = spoken.slice(spoken.indexOf('{'), spoken.lastIndexOf('}') + 1);
  try {
    return JSON.parse(object);
  } catch {
    return undefined;
  }
}
