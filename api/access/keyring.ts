import { statSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Clock } from '../context.ts';
import { isKey, type KeyRecord, keyId } from './key.ts';
import { readKeys } from './keyFile.ts';

const LOOK_MS = 1_000;

/** The keys of a file. One that is added or revoked counts within a second. */
export class Keyring {
  readonly path: string;
  readonly #clock: Clock;
  readonly #logger: Pick<Logger, 'error'>;
  #keys: ReadonlyMap<string, KeyRecord>;
  #stamp: string;
  #lookedAt: number;

  /** @throws BadKeyFile */
  constructor(path: string, clock: Clock, logger: Pick<Logger, 'error'>) {
    this.path = path;
    this.#clock = clock;
    this.#logger = logger;
    this.#stamp = stampOf(path);
    this.#keys = byId(readKeys(path));
    this.#lookedAt = clock.now();
  }

  /** Whether any key is in force. */
  get inForce(): boolean {
    this.#look();
    return [...this.#keys.values()].some(({ revoked_at }) => revoked_at === null);
  }

  /** The record of a key that is in force, or null. */
  find(text: string): KeyRecord | null {
    this.#look();
    const id = keyId(text);
    if (id === null) return null;
    const record = this.#keys.get(id);
    // An unknown id takes as long as a wrong key.
    const same = isKey(text, record ?? NOBODY);
    return record !== undefined && same && record.revoked_at === null ? record : null;
  }

  #look(): void {
    const now = this.#clock.now();
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    const stamp = stampOf(this.path);
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    try {
      this.#keys = byId(readKeys(this.path));
    } catch (error) {
      // Whoever was to be locked out must not stay in because of a misplaced comma.
      this.#keys = new Map();
      this.#logger.error({ cause: String(error) }, 'no key is accepted until the file of keys is mended');
    }
  }
}

const NOBODY: KeyRecord = {
  id: '00000000',
  name: 'nobody',
  scopes: ['read'],
  sha256: '0'.repeat(64),
  created_at: '1970-01-01T00:00:00Z',
  revoked_at: null,
  rate: null,
};

function byId(keys: readonly KeyRecord[]): ReadonlyMap<string, KeyRecord> {
  return new Map(keys.map((key) => [key.id, key]));
}

/** Changes with every write: the file is replaced, so it is another inode. */
function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? 'none' : `${found.ino} ${found.mtimeMs} ${found.size}`;
}
