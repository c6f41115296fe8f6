import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { BadKey, BadKeyFile } from './errors.ts';
import { type KeyRecord, keyRecord, newKey, type Scope } from './key.ts';

/** Keys that a file may hold. */
const MOST_KEYS = 1_000;

const shape = z.strictObject({ keys: z.array(keyRecord).max(MOST_KEYS) });

/** Reads a file of keys; one that is not there has none. @throws BadKeyFile */
export function readKeys(path: string): readonly KeyRecord[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new BadKeyFile(path, 'it can not be read', error);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new BadKeyFile(path, 'it is not JSON', error);
  }
  const read = shape.safeParse(json);
  if (read.success) return read.data.keys;
  const [issue] = read.error.issues;
  throw new BadKeyFile(path, `${issue?.path.join('.')}: ${issue?.message}`);
}

/** Writes a file of keys, which its owner alone can read; a crash leaves the old one or the new one. */
function writeKeys(path: string, keys: readonly KeyRecord[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const next = `${path}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify({ keys }, null, 2)}\n`, { mode: 0o600 });
  chmodSync(next, 0o600);
  renameSync(next, path);
}

/** What a new key is to be. */
export interface KeyWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly rate: number | null;
}

/** Adds a key and gives its text, which is stored nowhere. @throws BadKey, BadKeyFile */
export function addKey(path: string, { name, scopes, rate }: KeyWish, now: number): string {
  const keys = readKeys(path);
  if (keys.some((key) => key.name === name && key.revoked_at === null))
    throw new BadKey(`There is a key '${name}' already: choose another name, or revoke that one first`);
  if (keys.length >= MOST_KEYS)
    throw new BadKey(`${path} has ${keys.length} keys, and ${MOST_KEYS} are allowed: delete revoked ones`);
  const { id, text, sha256 } = newKey();
  const at = new Date(now).toISOString();
  const record = keyRecord.safeParse({
    ...{ id, name, scopes: [...scopes], sha256, created_at: at, revoked_at: null, rate },
  });
  if (!record.success) {
    const [issue] = record.error.issues;
    throw new BadKey(`${issue?.path[0]?.toString()} is '${name}': ${issue?.message}`);
  }
  writeKeys(path, [...keys, record.data]);
  return text;
}

/** Revokes a key by its name or id; it is refused from then on. @throws BadKey, BadKeyFile */
export function revokeKey(path: string, which: string, now: number): KeyRecord {
  const keys = readKeys(path);
  const found = keys.find((key) => (key.name === which || key.id === which) && key.revoked_at === null);
  if (!found) throw new BadKey(`There is no key '${which}' in force: \`tickwave keys list\` shows them`);
  const revoked = { ...found, revoked_at: new Date(now).toISOString() };
  writeKeys(
    path,
    keys.map((key) => (key === found ? revoked : key)),
  );
  return revoked;
}
