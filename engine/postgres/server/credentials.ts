import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CredentialsUnreadable } from './errors.ts';

const schema = z.object({
  owner: z.object({ user: z.string().min(1), password: z.string().min(16) }),
  analyst: z.object({ user: z.string().min(1), password: z.string().min(16) }),
});

/** The roles that Tickwave makes, with their passwords. */
export type Credentials = Readonly<z.infer<typeof schema>>;

/** Where the passwords of a data folder are kept; readable by its owner only. */
export function credentialsPath(dataDir: string): string {
  return join(dataDir, 'credentials.json');
}

/** Reads the passwords of a data folder, or null when it has none yet. */
export function readCredentials(dataDir: string): Credentials | null {
  const path = credentialsPath(dataDir);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return null;
  if (stat.mode & 0o077) chmodSync(path, 0o600);
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new CredentialsUnreadable(
      `${path} does not hold the passwords of this data folder`,
      'Delete the file: new passwords are generated and set at the next start',
      cause,
    );
  }
}

/** Generates and stores passwords for a data folder. */
export function createCredentials(dataDir: string): Credentials {
  const password = (): string => randomBytes(24).toString('base64url');
  const credentials: Credentials = {
    owner: { user: 'tickwave', password: password() },
    analyst: { user: 'analyst', password: password() },
  };
  const path = credentialsPath(dataDir);
  const draft = `${path}.${process.pid}`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeSync(file, `${JSON.stringify(credentials, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  return credentials;
}
