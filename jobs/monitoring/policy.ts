import { readFileSync } from 'node:fs';
import type { ClientBase, Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { inTurn } from '../../engine/database/hold.ts';
import type { EngineProfile } from '../../engine/profile.ts';
import { judgeSkill, type SkillEvidence, type SkillVerdict } from './lostSkill.ts';
import { type WatchedModel, watchedModels } from './progress.ts';
import { type RetrainingDecision, recordDecision } from './retrainingDecision.ts';
import type { PolicySettings } from './settings.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const FIND_WATCHED = sql('findWatched');
const FIND_TRAININGS = sql('findTrainings');
const FIND_TRAINED = sql('findTrained');

const HOUR = 3_600_000;

/** A decision about a champion, by how well it predicted and what its inputs did. */
export type JudgedDecision = RetrainingDecision<{
  readonly skill: SkillEvidence;
  readonly drift: DriftEvidence;
}>;

/** How much of what is watched has drifted. Plain data. */
export interface DriftEvidence {
  readonly watched: number;
  readonly drifted: readonly string[];
}

interface Trainings {
  /** Number of the last decision. */
  readonly decided: number | null;
  readonly judged: Date | null;
  readonly retrained: Date | null;
  readonly trained: Date | null;
}

/**
 * Decides which champions are to be trained before their time: those that predicted worse than no change for a while, or of whose inputs too
 * many have drifted. Each stretch of event time is decided about once at most, so asking often costs little and changes nothing.
 *
 * @returns what was decided now: names to train have the action `retrain`
 */
export async function decideRetraining(
  pool: Pool,
  clock: Clock,
  settings: PolicySettings,
): Promise<readonly JudgedDecision[]> {
  const champions = (await watchedModels(pool)).filter(({ alias }) => alias === 'champion');
  const decisions: JudgedDecision[] = [];
  for (const model of champions) {
    const decision = await inTurn(pool, `tickwave retraining ${model.name}`, clock, (client, profile) =>
      decide(client, profile, clock, settings, model),
    );
    if (decision !== null) decisions.push(decision);
  }
  return decisions;
}

async function decide(
  client: ClientBase,
  profile: EngineProfile,
  clock: Clock,
  settings: PolicySettings,
  model: WatchedModel,
): Promise<JudgedDecision | null> {
  const { name, version } = model;
  const through = judgedThrough(model, settings);
  const last = await findTrainings(client, name);
  if (last.judged !== null && last.judged.getTime() >= through) return null;
  const skill = await judgeSkill(client, model, through, settings);
  const drift = await findDrifted(client, model);
  const reasons = [...skillReasons(skill, settings), ...driftReasons(drift, settings)];
  if (reasons.length === 0) return null;
  const cool = stillCooling(last, through, settings);
  const decision: JudgedDecision = {
    name,
    version,
    action: cool === null ? 'retrain' : 'wait',
    reasons: cool === null ? reasons : [...reasons, cool],
    evidence: { skill: skill.evidence, drift },
    judgedThrough: new Date(through).toISOString(),
  };
  await recordDecision(client, profile, clock, decision, last.decided ?? 0);
  return decision;
}

async function findTrainings(client: ClientBase, name: string): Promise<Trainings> {
  const [decided] = (await client.query<Omit<Trainings, 'trained'>>(FIND_TRAININGS, [name])).rows;
  const [trained] = (await client.query<Pick<Trainings, 'trained'>>(FIND_TRAINED, [name])).rows;
  return { decided: null, judged: null, retrained: null, ...decided, trained: trained?.trained ?? null };
}

/** End of the last stretch of which it is known what came true: two minutes after the horizon it is. */
function judgedThrough(
  { scoredThrough, horizonMinutes }: WatchedModel,
  { windowHours }: PolicySettings,
): number {
  const known = scoredThrough - (horizonMinutes + 2) * 60_000;
  return Math.floor(known / (windowHours * HOUR)) * windowHours * HOUR;
}

async function findDrifted(
  client: ClientBase,
  { name, version, scoredThrough }: WatchedModel,
): Promise<DriftEvidence> {
  const { rows } = await client.query<{ feature: string; state: string }>(FIND_WATCHED, [
    ...[name, version, new Date(scoredThrough).toISOString()],
  ]);
  const drifted = rows.filter(({ state }) => state === 'drifted').map(({ feature }) => feature);
  return { watched: rows.length, drifted };
}

function skillReasons({ lost, evidence }: SkillVerdict, settings: PolicySettings): readonly string[] {
  if (!lost) return [];
  const { mae, persistenceMae, minutes, pValue } = evidence;
  const figures = `mean absolute error ${mae?.toPrecision(4)} against ${persistenceMae?.toPrecision(4)} over ${minutes} minutes, p = ${pValue?.toPrecision(2)}`;
  return [
    `It was worse than no change in each of ${settings.windows} stretches of ${settings.windowHours} hours: ${figures}.`,
  ];
}

function driftReasons(
  { watched, drifted }: DriftEvidence,
  { driftShare }: PolicySettings,
): readonly string[] {
  if (drifted.length === 0 || drifted.length < driftShare * watched) return [];
  return [`${drifted.length} of ${watched} inputs have drifted: ${drifted.join(', ')}.`];
}

/** A sentence on the training that is too recent; null when none is. */
function stillCooling(
  { retrained, trained }: Trainings,
  through: number,
  { coolDownHours }: PolicySettings,
): string | null {
  const latest = Math.max(
    retrained?.getTime() ?? Number.NEGATIVE_INFINITY,
    trained?.getTime() ?? Number.NEGATIVE_INFINITY,
  );
  if (through >= latest + coolDownHours * HOUR) return null;
  return `The last training reaches to ${new Date(latest).toISOString()}; ${coolDownHours} hours have to pass before the next.`;
}
