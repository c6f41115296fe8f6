import { readFileSync } from 'node:fs';
import type { ClientBase, Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { inTransaction } from '../../engine/database/transaction.ts';
import { flush, writeRows } from '../../engine/database/writeRows.ts';
import type { EngineProfile } from '../../engine/profile.ts';
import { countHour } from './counts.ts';
import { type DriftState, type Held, nextHeld } from './hysteresis.ts';
import { type WatchedModel, watchedModels } from './progress.ts';
import type { DriftSettings } from './settings.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const FIND_DRIFT = sql('findDrift');

const HOUR = 3_600_000;
/** Hours that `drift` looks back: older ones are not counted any more. */
const WINDOW_HOURS = 24;

/** A feature that is held for something else than before. Plain data. */
export interface DriftChange {
  readonly model: string;
  readonly version: number;
  readonly feature: string;
  readonly from: DriftState;
  readonly to: DriftState;
  readonly adjustedPsi: number;
  /** End of the newest hour that was looked at, ISO 8601. */
  readonly checkedThrough: string;
}

interface DriftRow {
  readonly feature: string;
  readonly checked_through: Date;
  readonly observations: number;
  readonly psi: number;
  readonly usual_psi: number | null;
  readonly adjusted_psi: number;
  readonly ks: number;
  readonly state: DriftState | null;
  readonly streak: number | null;
  readonly last_checked: Date | null;
}

/**
 * Counts the hours that are over by event time, and after each of them checks every feature that has a reference. Hours come one after the
 * other, so what is found does not depend on when this runs; after a longer pause it goes on with the last day.
 *
 * @returns features whose state changed
 */
export async function checkDrift(
  pool: Pool,
  clock: Clock,
  settings: DriftSettings,
): Promise<readonly DriftChange[]> {
  const changes: DriftChange[] = [];
  for (const model of await watchedModels(pool)) {
    if (model.referred.length === 0) continue;
    changes.push(...(await catchUp(pool, clock, settings, model)));
    for (const hour of hoursToCount(model)) {
      const found = await inTransaction(pool, async (client, profile) => {
        const counts = await countHour(client, model, hour);
        if ((await writeRows(client, profile, 'drift_counts', counts)) === 0) return [];
        await flush(client, profile);
        return check(client, profile, clock, settings, model);
      });
      changes.push(...found);
    }
  }
  return changes;
}

/** Starts of the hours that are over and not counted yet, the oldest first. */
function hoursToCount({ began, scoredThrough, counted }: WatchedModel): readonly number[] {
  const end = Math.floor(scoredThrough / HOUR) * HOUR;
  const begin = counted === null ? Math.floor(began / HOUR) * HOUR : counted + HOUR;
  const from = Math.max(begin, end - WINDOW_HOURS * HOUR);
  return Array.from({ length: Math.max(0, (end - from) / HOUR) }, (_, index) => from + index * HOUR);
}

/** Where there are no transactions a crash may have left an hour that was counted and not checked. */
function catchUp(
  pool: Pool,
  clock: Clock,
  settings: DriftSettings,
  model: WatchedModel,
): Promise<readonly DriftChange[]> {
  return inTransaction(pool, async (client, profile) =>
    profile.transactions ? [] : check(client, profile, clock, settings, model),
  );
}

async function check(
  client: ClientBase,
  profile: EngineProfile,
  clock: Clock,
  settings: DriftSettings,
  { name, version }: WatchedModel,
): Promise<readonly DriftChange[]> {
  const { rows } = await client.query<DriftRow>(FIND_DRIFT, [name, version]);
  const judged = rows
    .filter((row) => row.observations >= settings.leastObservations && isNew(row))
    .map((row) => ({ row, held: judge(row, settings) }));
  if (judged.length === 0) return [];
  const checks = judged.map(({ row, held }) => ({
    ...{ model: name, version, feature: row.feature, checked_through: row.checked_through.toISOString() },
    ...{ observations: row.observations, psi: row.psi, adjusted_psi: row.adjusted_psi, ks: row.ks },
    ...{ ...held, checked_at: iso(clock.now()) },
  }));
  await writeRows(client, profile, 'drift_checks', checks);
  await flush(client, profile);
  return judged
    .filter(({ row, held }) => held.state !== (row.state ?? 'ok'))
    .map(({ row, held }) => ({
      ...{ model: name, version, feature: row.feature, from: row.state ?? 'ok', to: held.state },
      ...{ adjustedPsi: row.adjusted_psi, checkedThrough: row.checked_through.toISOString() },
    }));
}

/** Without knowing what is usual, nothing more than a warning is given: any day of a slow feature is far from the mean of many. */
function judge(row: DriftRow, settings: DriftSettings): Held {
  const before = row.state === null ? null : { state: row.state, streak: row.streak ?? 0 };
  return nextHeld(before, row.adjusted_psi, row.usual_psi === null ? 'warning' : 'drifted', settings);
}

function isNew({ last_checked, checked_through }: DriftRow): boolean {
  return last_checked === null || last_checked.getTime() < checked_through.getTime();
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
