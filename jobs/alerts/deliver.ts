import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { engineOf } from '../../engine/database/engineOf.ts';
import { type Rewrite, rewriteRows } from '../../engine/database/rewriteRows.ts';
import { flush } from '../../engine/database/writeRows.ts';
import type { Destination } from './destination.ts';
import { readMessage } from './message.ts';
import type { Outcome } from './send/outcome.ts';
import { send } from './send/send.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const FIND_DUE = sql('findDue');

/** Messages that one destination gets in one go; the others wait for the next. */
const AT_ONCE = 20;
/** Tries before a message is given up: with the pauses below, somewhat over three hours. */
export const TRIES = 12;
const FIRST_PAUSE = 30_000;
const LONGEST_PAUSE = 1_800_000;

interface Due {
  readonly rule: string;
  readonly subject: string;
  readonly episode: number;
  readonly event: string;
  readonly message: string;
  readonly attempts: number;
}

/**
 * Sends what is due, destinations beside each other. A destination that fails is left alone until the next go, and what it did not take is
 * tried again after 30 s, then twice as long, half an hour at most.
 *
 * @returns sentences on what could not be sent; empty when all was
 */
export async function deliverAlerts(
  pool: Pool,
  clock: Clock,
  destinations: readonly Destination[],
): Promise<readonly string[]> {
  const names = destinations.map(({ name }) => name);
  const gone = { state: 'failed', next_attempt_at: null, answer: 'The destination is not there any more.' };
  await rewrite(pool, {
    ...{ set: gone, where: "state = 'pending' and not destination = any($1::varchar[])", values: [names] },
  });
  const said = await Promise.all(destinations.map((one) => deliverTo(pool, clock, one)));
  return said.flat();
}

async function deliverTo(pool: Pool, clock: Clock, destination: Destination): Promise<readonly string[]> {
  const { name } = destination;
  const { rows } = await pool.query<Due>(`${FIND_DUE} limit ${AT_ONCE}`, [iso(clock.now()), name]);
  const sentences: string[] = [];
  for (const due of rows) {
    const outcome = await send(destination, readMessage(due.message), clock.now());
    const { state, next } = afterwards(outcome, due.attempts + 1, clock.now());
    const key = [due.rule, due.subject, due.episode, due.event, name];
    const at = iso(clock.now());
    const attempt = { state, attempts: due.attempts + 1, answer: outcome.said, last_attempt_at: at };
    await rewrite(pool, {
      set: { ...attempt, next_attempt_at: iso(next), sent_at: state === 'sent' ? at : null },
      where: 'rule = $1 and subject = $2 and episode = $3 and event = $4 and destination = $5',
      values: key,
    });
    if (state === 'failed') sentences.push(`${name} was not told of ${due.rule}: ${outcome.said}`);
    if (outcome.kind === 'later') return [...sentences, `${name} did not take a message: ${outcome.said}`];
  }
  return sentences;
}

/** What was sent and not noted would be sent again. */
async function rewrite(pool: Pool, what: Omit<Rewrite, 'table'>): Promise<void> {
  const profile = await engineOf(pool);
  await rewriteRows(pool, profile, { table: 'alert_deliveries', ...what });
  await flush(pool, profile);
}

function afterwards(
  outcome: Outcome,
  attempts: number,
  now: number,
): { readonly state: 'sent' | 'failed' | 'pending'; readonly next: number | null } {
  if (outcome.kind === 'sent') return { state: 'sent', next: null };
  if (outcome.kind === 'refused' || attempts >= TRIES) return { state: 'failed', next: null };
  const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempts - 1));
  return { state: 'pending', next: now + Math.max(pause, outcome.afterMs ?? 0) };
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
