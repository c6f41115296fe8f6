import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BackedUpFile } from './manifest.ts';

/** SHA-256 of a file; null when it cannot be read. */
export async function hashOfFile(path: string): Promise<string | null> {
  const sum = createHash('sha256');
  try {
    await pipeline(createReadStream(path), sum);
  } catch {
    return null;
  }
  return sum.digest('hex');
}

/** Copies files of one folder to another, each with its hash. Those whose path is not wanted stay. */
export async function copyFiles(
  from: string,
  to: string,
  wanted: (path: string) => boolean,
): Promise<BackedUpFile[]> {
  if (!existsSync(from)) return [];
  const entries = await readdir(from, { recursive: true, withFileTypes: true });
  const copied: BackedUpFile[] = [];
  for (const entry of entries) {
    const path = relative(from, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
    if (!entry.isFile() || !wanted(path)) continue;
    const target = join(to, path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(from, path), target);
    await sync(target);
    const sha256 = (await hashOfFile(target)) ?? '';
    copied.push({ path, bytes: (await stat(target)).size, sha256 });
  }
  return copied;
}

/** Waits until a file or folder survives a crash. */
export async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
