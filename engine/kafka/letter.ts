import type { ClientBase } from 'pg';
import type { Message } from './client.ts';
import { columnArray } from './columnArray.ts';

/** A row of `dead_letters`. */
export interface Letter {
  readonly place: string;
  readonly reason: string;
  readonly raw: Buffer;
}

/** What is kept of a message that could not be used. */
const MAX_RAW_BYTES = 64 * 1024;

export function letterOf(message: Message, reason: string): Letter {
  const raw = message.value ?? Buffer.alloc(0);
  const cut = raw.length > MAX_RAW_BYTES;
  return {
    place: `${message.topic}/${message.partition}@${message.offset}`,
    reason: cut ? `${reason}; the first ${MAX_RAW_BYTES} of ${raw.length} bytes are kept` : reason,
    raw: raw.subarray(0, MAX_RAW_BYTES),
  };
}

export async function insertLetters(
  client: ClientBase,
  letters: readonly Letter[],
  nowMs: number,
): Promise<void> {
  if (letters.length === 0) return;
  const rows = letters.map(({ place, reason, raw }) => [
    place,
    reason.replaceAll('\0', '\u2400'),
    raw.toString('base64'),
  ]);
  await client.query(
    `insert into public.dead_letters (source, place, reason, raw_base64, received_at)
     select 'kafka', place, reason, raw, $4 from unnest($1::text[], $2::text[], $3::text[]) as letter (place, reason, raw)
     on conflict (source, place) do nothing`,
    [columnArray(rows, 0), columnArray(rows, 1), columnArray(rows, 2), new Date(nowMs).toISOString()],
  );
}
