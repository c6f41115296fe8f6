import pg from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { readSummary } from '../../engine/postgres/notified.ts';
import { CHANGES_CHANNEL } from '../../engine/postgres/notify.ts';
import { detectProfile } from '../../engine/profile.ts';

/** Pauses between attempts to listen again double up to this, in milliseconds. */
const LONGEST_PAUSE = 5000;

/**
 * The scorer's `onChange` over NOTIFY, for one that runs in another process than the engine. While the connection is lost
 * nothing is told, and the scorer looks by itself; once it is back it is woken, for what it may have missed. An engine that does not
 * notify is asked once, and left to the scorer's own looks.
 *
 * @param url as the owner of the database
 */
export function notifications(url: string, clock: Clock): (wake: () => void) => () => void {
  return (wake) => {
    const stop = new AbortController();
    listenForever(url, clock, wake, stop.signal).catch(() => undefined);
    return () => stop.abort();
  };
}

async function listenForever(
  url: string,
  clock: Clock,
  wake: () => void,
  signal: AbortSignal,
): Promise<void> {
  for (let pause = 50; !signal.aborted; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
    const heard = await listen(url, wake, signal);
    if (heard === 'never') return;
    if (heard === 'ended') pause = 50;
    await clock.sleep(pause, signal);
  }
}

/** Listens until the connection ends. @returns whether there was one, and whether there is anything to hear */
async function listen(
  url: string,
  wake: () => void,
  signal: AbortSignal,
): Promise<'ended' | 'failed' | 'never'> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'tickwave scoring',
    keepAlive: true,
  });
  const ended = new Promise<void>((resolve) => {
    client.once('end', resolve);
    client.once('error', () => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  client.on('error', () => {}); // The first one ended it.
  client.on('notification', ({ payload = '' }) => {
    if (concerns(payload)) wake();
  });
  try {
    await client.connect();
    if ((await detectProfile(client)).changes !== 'notify') {
      await client.end();
      return 'never';
    }
    await client.query(`listen ${CHANGES_CHANNEL}`);
  } catch {
    await client.end().catch(() => undefined);
    return 'failed';
  }
  wake();
  await ended;
  await client.end().catch(() => undefined);
  return 'ended';
}

/** A refresh that changed too many views to name them says none, and may have changed any. */
function concerns(payload: string): boolean {
  const views = readSummary(payload)?.views;
  return views !== undefined && ('watermarks' in views || Object.keys(views).length === 0);
}
