import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { alertRow } from './alertRow.ts';
import type { Alerts } from './alertsFile.ts';
import { messageOf } from './message.ts';
import { isQuiet } from './quietHours.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const FIND_UNTOLD = sql('findUntold');
const STORE = sql('storeDeliveries');

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
  const told: object[] = [];
  const deliveries: object[] = [];
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
  if (told.length > 0)
    await pool.query(STORE, [JSON.stringify(deliveries), JSON.stringify(told), new Date(now).toISOString()]);
  return deliveries.length;
}
