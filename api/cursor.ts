import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Problem } from './problem.ts';

const envelope = z.object({ v: z.literal(2), after: z.array(z.unknown()), of: z.string() });

/** What a request must have in common with the one that its cursor came from. */
export type CursorScope = Readonly<Record<string, string | undefined>>;

/** Kinds of columns that rows are ordered by. What a cursor holds is checked by them before the database sees it. */
export const CURSOR_VALUES = {
  time: z.iso.datetime({ offset: true }),
  int: z
    .int()
    .min(-(2 ** 31))
    .max(2 ** 31 - 1),
  bigint: z.int(),
  text: z
    .string()
    .max(200)
    .refine((text) => !text.includes('\0')),
} as const;

/** Kind of a column that rows are ordered by. */
export type CursorKind = keyof typeof CURSOR_VALUES;

/** A cursor that goes on behind the row with these values of the columns that order the rows. */
export function writeCursor(after: readonly unknown[], scope: CursorScope): string {
  return Buffer.from(JSON.stringify({ v: 2, after, of: fingerprint(scope) })).toString('base64url');
}

/** The values behind which to go on, one for each kind. */
export function readCursor(
  cursor: string,
  kinds: readonly CursorKind[],
  scope: CursorScope,
): readonly (string | number)[] {
  const read = envelope.safeParse(decode(cursor));
  if (!read.success) throw notOurs();
  const { of, after } = read.data;
  if (of !== fingerprint(scope)) {
    throw new Problem('bad_cursor', {
      detail: `The cursor came from a request with other values of ${Object.keys(scope).join(', ')}: repeat those, or leave it out to begin anew`,
      field: 'cursor',
    });
  }
  if (after.length !== kinds.length) throw notOurs();
  return kinds.map((kind, index) => {
    const value = CURSOR_VALUES[kind].safeParse(after[index]);
    if (!value.success) throw notOurs();
    return value.data;
  });
}

function notOurs(): Problem {
  return new Problem('bad_cursor', {
    detail:
      'The cursor is not one of ours: pass on next_cursor as it was given, or leave it out to begin anew',
    field: 'cursor',
  });
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

function fingerprint(scope: CursorScope): string {
  return createHash('sha256')
    .update(JSON.stringify(Object.entries(scope)))
    .digest('base64url')
    .slice(0, 12);
}
