import { statfs } from 'node:fs/promises';
import type { Disk } from '../jobs/alerts/measure.ts';

/** The disk of a folder; null where the folder is not there, as beside a database of one's own. */
export async function diskOf(folder: string): Promise<Disk | null> {
  try {
    const { bsize, bavail, blocks } = await statfs(folder);
    return { freeBytes: bsize * bavail, totalBytes: bsize * blocks };
  } catch {
    return null;
  }
}
