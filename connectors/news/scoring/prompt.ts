import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { BadOption } from '../../errors.ts';

/** Instructions to a model, with the version that its scores are stored under. */
export interface Prompt {
  readonly version: number;
  readonly text: string;
}

const FILE = /^---\n([\s\S]*?)\n---\n([\s\S]+)$/;
const FRONT = z.strictObject({ version: z.number().int().positive() });

/** The prompt in use. A change of its words is a new file with the next version: scores of two prompts are not one series. */
export const SCORE_PROMPT = fileURLToPath(new URL('./prompts/score.v1.md', import.meta.url));

/** @throws BadOption when the file has no front matter, or another version than its name says. */
export function readPrompt(path: string): Prompt {
  const [, front = '', text = ''] = FILE.exec(readFileSync(path, 'utf8')) ?? [];
  const read = FRONT.safeParse(parse(front));
  const named = /\.v(\d+)\.md$/.exec(path)?.[1];
  if (!read.success || named !== String(read.data.version)) {
    throw new BadOption(
      `The prompt ${path} does not begin with the version that its name says.`,
      'Begin it with a line "---", a line such as "version: 2" and a line "---", and name it score.v2.md.',
    );
  }
  return { version: read.data.version, text: text.trim() };
}
