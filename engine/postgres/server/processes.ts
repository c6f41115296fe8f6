import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const HAS_PROC = existsSync('/proc/self/stat');

/** Whether a process with this id exists (a zombie does not count: it has ended). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !HAS_PROC || statFields(pid)?.[0] !== 'Z';
}

/**
 * A token that tells a process from a later one with the same id: boot and start time.
 * Null when there is no such process or the system does not say.
 */
export function startToken(pid: number): string | null {
  if (HAS_PROC) {
    const ticks = statFields(pid)?.[19];
    if (ticks === undefined) return null;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    return `${boot}.${ticks}`;
  }
  const run = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', PATH: process.env.PATH },
  });
  const text = run.status === 0 ? run.stdout.trim() : '';
  return text === '' ? null : text.replace(/[^0-9A-Za-z]+/g, '.');
}

/** The command line of a process, or null. */
export function commandLine(pid: number): string | null {
  if (HAS_PROC) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    } catch {
      return null;
    }
  }
  const run = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return run.status === 0 ? run.stdout.trim() : null;
}

/** The fields of /proc/PID/stat from the state on; the name before them may hold spaces and parentheses. */
function statFields(pid: number): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** Waits until a process that is not our child has ended; false when it is still there after `ms`. */
export async function waitForEnd(pid: number, ms: number): Promise<boolean> {
  // There is no event for a process that somebody else started, so this looks often.
  for (const until = performance.now() + ms; performance.now() < until; ) {
    if (!isAlive(pid)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return !isAlive(pid);
}
