import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Problem } from './problem.ts';

const shape = z.object({ v: z.literal(1), after: z.iso.datetime({ offset: true }), of: z.string() });

/** What a request must have in common with the one that its cursor came from. */
export type CursorScope = Readonly<Record<string, string | undefined>>;

/** A cursor that goes on behind the row with this time. */
export function writeCursor(after: string, scope: CursorScope): string {
  return Buffer.from(JSON.stringify({ v: 1, after, of: fingerprint(scope) })).toString('base64url');
}

/** The time behind which to go on. */
export function readCursor(cursor: string, scope: CursorScope): string {
  const read = shape.safeParse(decode(cursor));
  if (!read.success) {
    throw new Problem('bad_cursor', {
      detail:
        'The cursor is not one of ours: pass on next_cursor as it was given, or leave it out to begin anew',
      field: 'cursor',
    });
  }
  if (read.data.of !== fingerprint(scope)) {
    throw new Problem('bad_cursor', {
      detail: `The cursor came from a request with other values of ${Object.keys(scope).join(', ')}: repeat those, or leave it out to begin anew`,
      field: 'cursor',
    });
  }
  return read.data.after;
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
