import { readFileSync } from 'node:fs';
import type { ClientBase } from 'pg';
import { absoluteErrors, compareLosses } from '../training/significance/compare.ts';
import type { WatchedModel } from './progress.ts';
import { scoredMarkets } from './sampled.ts';
import type { PolicySettings } from './settings.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const FIND_STRETCHES = sql('findStretches');
const FIND_LOSSES = sql('findLosses');

const HOUR = 3_600_000;

/** How a version did lately against predicting no change. Plain data. */
export interface SkillEvidence {
  /** Event times of the stretches, ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** Skill of each stretch, the oldest first; null where nothing was predicted or nothing moved. */
  readonly skills: readonly (number | null)[];
  /** Minutes that were compared; 0 when stretches alone say that nothing is lost. */
  readonly minutes: number;
  /** Mean absolute error of the log return, and that of predicting no change. */
  readonly mae: number | null;
  readonly persistenceMae: number | null;
  /** How often luck alone makes a model look this bad. */
  readonly pValue: number | null;
}

/** Whether it was worse than predicting no change in every stretch, and by more than luck in all of them together. */
export interface SkillVerdict {
  readonly lost: boolean;
  readonly evidence: SkillEvidence;
}

interface LossRow {
  readonly time: number;
  readonly predicted: number;
  readonly realised: number;
}

/**
 * Judges the stretches of event time up to `through`. Only when each of them was worse than no change are the minutes read and tested, by
 * a paired block bootstrap.
 *
 * @param through end of the last stretch, milliseconds since the Unix epoch
 */
export async function judgeSkill(
  client: ClientBase,
  { name, version, horizonMinutes }: WatchedModel,
  through: number,
  { windowHours, windows, confidence, leastMinutes, seed }: PolicySettings,
): Promise<SkillVerdict> {
  const begin = through - windows * windowHours * HOUR;
  const [from, to] = [new Date(begin).toISOString(), new Date(through).toISOString()];
  const model = [name, version, horizonMinutes];
  const { rows } = await client.query<{ stretch: number; skill: number | null }>(FIND_STRETCHES, [
    ...model,
    ...[windowHours, from, to],
  ]);
  const first = begin / (windowHours * HOUR);
  const skills = Array.from(
    { length: windows },
    (_, index) => rows.find(({ stretch }) => stretch === first + index)?.skill ?? null,
  );
  const known = { from, to, skills };
  const unread = { minutes: 0, mae: null, persistenceMae: null, pValue: null };
  if (!skills.every((skill) => skill !== null && skill < 0))
    return { lost: false, evidence: { ...known, ...unread } };
  const losses: LossRow[] = [];
  for (const { exchange, symbol } of await scoredMarkets(client, { name, version }))
    losses.push(...(await client.query<LossRow>(FIND_LOSSES, [exchange, symbol, ...model, from, to])).rows);
  // By time, then by market: the sort leaves markets of one minute in their order.
  losses.sort((a, b) => a.time - b.time);
  const compared = compare(losses, horizonMinutes, seed);
  const lost = compared.minutes >= leastMinutes && compared.pValue <= 1 - confidence;
  return { lost, evidence: { ...known, ...compared } };
}

function compare(rows: readonly LossRow[], horizonMinutes: number, seed: number) {
  const column = (of: (row: LossRow) => number): Float64Array => Float64Array.from(rows, of);
  const [times, realised] = [column(({ time }) => time), column((row) => row.realised)];
  const model = absoluteErrors(
    realised,
    column(({ predicted }) => predicted),
  );
  const persistence = absoluteErrors(realised, new Float64Array(rows.length));
  const { minutes, pValue } = compareLosses(times, model, persistence, { horizonMinutes, seed });
  return { minutes, mae: mean(model), persistenceMae: mean(persistence), pValue };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
