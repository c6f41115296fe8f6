import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { rewriteRows } from '../../engine/database/rewriteRows.ts';
import { inTransaction } from '../../engine/database/transaction.ts';
import { flush, writeRows } from '../../engine/database/writeRows.ts';
import { alertRow } from './alertRow.ts';
import type { Alerts } from './alertsFile.ts';
import { messageOf } from './message.ts';
import { isQuiet } from './quietHours.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const FIND_UNTOLD = sql('findUntold');
const FIND_WRITTEN = sql('findWritten');

/** What an alert's row says from now on about who was told. */
interface Told {
  readonly rule: string;
  readonly subject: string;
  readonly episode: number;
  readonly told: string;
}

type Delivery = Readonly<Record<'rule' | 'subject' | 'event' | 'destination' | 'message', string>> & {
  readonly episode: number;
};

/**
 * Writes down what destinations have to be told. In the quiet hours of a rule nothing is: what still fires after them is told then, and
 * what came and went in them is never told. Destinations that are off are told nothing.
 *
 * @returns messages written down
 */
export async function announceAlerts(
  pool: Pool,
  clock: Clock,
  { rules, destinations }: Pick<Alerts, 'rules' | 'destinations'>,
): Promise<number> {
  const now = clock.now();
  const { rows } = await pool.query(FIND_UNTOLD);
  const told: Told[] = [];
  const deliveries: Delivery[] = [];
  for (const row of rows) {
    const alert = alertRow.parse(row);
    const { rule: name, subject, episode } = alert;
    const rule = rules.find((one) => one.name === name) ?? null;
    const event = alert.state === 'resolved' ? 'resolved' : 'firing';
    if (event === 'resolved' && alert.told === 'nothing') {
      told.push({ rule: name, subject, episode, told: 'never' });
      continue;
    }
    if (isQuiet(rule?.quietHours ?? null, now)) continue;
    told.push({ rule: name, subject, episode, told: event });
    const message = JSON.stringify(messageOf(alert, rule, event));
    for (const { name: destination } of destinations)
      if (rule?.destinations?.includes(destination) ?? true)
        deliveries.push({ rule: name, subject, episode, event, destination, message });
  }
  if (told.length > 0) await store(pool, deliveries, told, new Date(now).toISOString());
  return deliveries.length;
}

/** The messages first: where both are not one, a crash in between has them found as written down the next time. */
function store(
  pool: Pool,
  deliveries: readonly Delivery[],
  told: readonly Told[],
  now: string,
): Promise<void> {
  return inTransaction(pool, async (client, profile) => {
    const rules = [...new Set(deliveries.map(({ rule }) => rule))];
    const { rows } = await client.query<Delivery & { readonly state: string }>(FIND_WRITTEN, [rules]);
    const written = new Map(rows.map((row) => [keyOf(row), row.state]));
    // The end is told to those who were told of the beginning.
    const knows = (one: Delivery): boolean =>
      (written.get(keyOf({ ...one, event: 'firing' })) ?? 'failed') !== 'failed';
    const fresh = deliveries
      .filter((one) => !written.has(keyOf(one)) && (one.event === 'firing' || knows(one)))
      .map((one) => ({
        ...{ ...one, state: 'pending', attempts: 0, answer: '', created_at: now, next_attempt_at: now },
      }));
    await writeRows(client, profile, 'alert_deliveries', fresh);
    for (const { rule, subject, episode, told: what } of told)
      await rewriteRows(client, profile, {
        ...{ table: 'alerts', set: { told: what } },
        ...{ where: 'rule = $1 and subject = $2 and episode = $3', values: [rule, subject, episode] },
      });
    await flush(client, profile);
  });
}

function keyOf({ rule, subject, episode, event, destination }: Omit<Delivery, 'message'>): string {
  return JSON.stringify([rule, subject, episode, event, destination]);
}
