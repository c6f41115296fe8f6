import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { alone } from '../../engine/database/hold.ts';
import type { Alerts } from './alertsFile.ts';
import { announceAlerts } from './announce.ts';
import { deliverAlerts } from './deliver.ts';
import { evaluateAlerts } from './evaluate.ts';
import type { Disk } from './measure.ts';

export interface AlertsJobOptions {
  /** Connections as the owner of the database; three are enough, of which one keeps the lock. */
  readonly pool: Pool;
  readonly clock: Clock;
  readonly alerts: Alerts;
  readonly disk: () => Promise<Disk | null>;
  /** Told what fired, what ended and what could not be done. */
  readonly say: (sentence: string) => void;
}

/** Days that alerts that ended, and the messages about them, are kept. */
const KEEP_DAYS = 365;

/**
 * What is done each minute: evaluates the rules, writes down what is to be told, sends it, and deletes what is old. Does nothing while
 * another process is at it. Give it to `repeat`.
 */
export function alertsJob(options: AlertsJobOptions): () => Promise<void> {
  const { pool, clock, alerts, disk, say } = options;
  let failing = new Set<string>();
  return async () => {
    await alone(pool, 'tickwave alerts', clock, async () => {
      const { rules, destinations } = alerts;
      const { sentences, failures } = await evaluateAlerts({ pool, clock, rules, disk });
      for (const sentence of sentences) say(sentence);
      const now = new Set(failures.map(({ rule, reason }) => `the alert rule ${rule} failed: ${reason}`));
      for (const sentence of now) if (!failing.has(sentence)) say(sentence);
      failing = now;
      await announceAlerts(pool, clock, alerts);
      for (const sentence of await deliverAlerts(pool, clock, destinations)) say(sentence);
      await prune(pool, clock.now());
    });
  };
}

async function prune(pool: Pool, now: number): Promise<void> {
  const before = new Date(now - KEEP_DAYS * 86_400_000).toISOString();
  await pool.query("delete from alerts where state = 'resolved' and resolved_at < $1", [before]);
  await pool.query("delete from alert_deliveries where state <> 'pending' and created_at < $1", [before]);
}
