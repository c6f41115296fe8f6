import type { ClientBase } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { writeRows } from '../../engine/database/writeRows.ts';
import type { EngineProfile } from '../../engine/profile.ts';

/** One decision about training a name before its time, as the table `retraining_decisions` has it. Plain data. */
export interface RetrainingDecision<Evidence extends object = object> {
  readonly name: string;
  /** The model that gave the reason. */
  readonly version: number;
  /** `wait`: there is reason to, and the last training is too recent. */
  readonly action: 'retrain' | 'wait';
  /** Sentences for people. */
  readonly reasons: readonly string[];
  /** What it was decided from; becomes JSON. */
  readonly evidence: Evidence;
  /** Event time up to which it was judged, ISO 8601. */
  readonly judgedThrough: string;
}

/** Writes a decision down as the one of its name after number `last`; whoever calls has the turn of that name. */
export async function recordDecision(
  client: ClientBase,
  profile: EngineProfile,
  clock: Clock,
  { name, version, action, ...decision }: RetrainingDecision,
  last: number,
): Promise<void> {
  await writeRows(client, profile, 'retraining_decisions', [
    {
      ...{ name, decision: last + 1, version, action },
      ...{ reasons: JSON.stringify(decision.reasons), evidence: JSON.stringify(decision.evidence) },
      ...{ judged_through: decision.judgedThrough, decided_at: new Date(clock.now()).toISOString() },
    },
  ]);
}
