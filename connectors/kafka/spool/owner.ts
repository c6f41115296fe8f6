import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpoolBusy } from '../errors.ts';

/**
 * Makes this process the only writer of a spool; gives the function that gives it back. A name left by `kill -9` belongs to
 * no living process and is taken over. The process's start is noted too: process ids come again, in containers soon.
 */
export function ownFolder(folder: string): () => void {
  const file = join(folder, 'owner');
  const mine = `${process.pid} ${startOf(process.pid)}`;
  try {
    writeFileSync(file, mine, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const [pid = '', started = ''] = readFileSync(file, 'utf8').split(' ');
    if (owned.has(folder) || (Number(pid) !== process.pid && lives(Number(pid), started))) {
      throw new SpoolBusy(folder, Number(pid));
    }
    writeFileSync(file, mine);
  }
  owned.add(folder);
  return () => {
    owned.delete(folder);
    rmSync(file, { force: true });
  };
}

/** Folders that this process itself has open. */
const owned = new Set<string>();

function lives(pid: number, started: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return startOf(pid) === started;
}

/** When a process started, as the system counts; nothing where the system does not say. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
