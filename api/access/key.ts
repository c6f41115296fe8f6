import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** What a key may do: `admin` may read, too. */
export const SCOPES = ['read', 'admin'] as const;

/** What a key may do. */
export type Scope = (typeof SCOPES)[number];

const time = z.iso.datetime({ offset: true });

/** A key as the file has it: without the key itself. */
export const keyRecord = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{8}$/),
  name: z.string().regex(/^[\w .@-]{1,64}$/, 'expected 1 to 64 letters, digits, spaces and . @ _ -'),
  scopes: z.array(z.enum(SCOPES)).min(1),
  /**
   * SHA-256 of the key, in hex. A key is 256 random bits, which nobody finds by trying, so a slow hash as passwords need
   * would protect nothing and would let strangers keep the processor busy.
   */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  created_at: time,
  revoked_at: time.nullable(),
  /** Requests a minute; null for the standard. */
  rate: z.int().min(1).nullable(),
});

/** A key as the file has it. */
export type KeyRecord = Readonly<z.infer<typeof keyRecord>>;

const PATTERN = /^tw_([0-9a-f]{8})_[A-Za-z0-9_-]{43}$/;

/** A new key. Its text is shown once; the id is in it, so that one record has to be compared. */
export function newKey(): { readonly id: string; readonly text: string; readonly sha256: string } {
  const id = randomBytes(4).toString('hex');
  const text = `tw_${id}_${randomBytes(32).toString('base64url')}`;
  return { id, text, sha256: sha256(text).toString('hex') };
}

/** A key that may read and is in no file: it ends with the process that made it. */
export function passingKey(name: string, now: number): { readonly text: string; readonly record: KeyRecord } {
  const { id, text, sha256 } = newKey();
  const created_at = new Date(now).toISOString();
  return { text, record: { id, name, scopes: ['read'], sha256, created_at, revoked_at: null, rate: null } };
}

/** The id in a key's text, or null when it is none. */
export function keyId(text: string): string | null {
  return PATTERN.exec(text)?.[1] ?? null;
}

/** Whether the text is the key of the record, compared in constant time. */
export function isKey(text: string, record: KeyRecord): boolean {
  return timingSafeEqual(sha256(text), Buffer.from(record.sha256, 'hex'));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
