import { readFileSync } from 'node:fs';
import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { engineOf } from '../../engine/database/engineOf.ts';
import { rewriteRows } from '../../engine/database/rewriteRows.ts';
import { inTransaction } from '../../engine/database/transaction.ts';
import { flush, type Queryable, type WrittenRow, writeRows } from '../../engine/database/writeRows.ts';
import { said } from '../models/errors.ts';
import { type Alert, alertRow, keyOf } from './alertRow.ts';
import { nextEpisode } from './episode.ts';
import { type Disk, type Measurement, measure } from './measure.ts';
import type { Rule } from './rule.ts';

const sql = (name: string): string => readFileSync(new URL(`./sql/${name}.sql`, import.meta.url), 'utf8');
const FIND_OPEN = sql('findOpen');
const FIND_EPISODES = sql('findEpisodes');

/** Milliseconds that the query of one rule may take. */
const TIMEOUT = 5_000;

export interface EvaluateOptions {
  /** Connections as the owner of the database; one is enough. */
  readonly pool: Pool;
  readonly clock: Clock;
  readonly rules: readonly Rule[];
  /** Asked once for each evaluation; default: it is not known. */
  readonly disk?: () => Promise<Disk | null>;
}

/** What an evaluation found. */
export interface Evaluated {
  /** Alerts that began to fire or ended now, in words. */
  readonly sentences: readonly string[];
  /** Rules whose query failed; their alerts stay as they are. */
  readonly failures: readonly { readonly rule: string; readonly reason: string }[];
}

interface Change {
  readonly rule: Rule;
  readonly subject: string;
  readonly before: Alert | null;
  readonly after: ReturnType<typeof nextEpisode>;
  readonly measured: Measurement | null;
}

/** Measures every rule and stores what became of its alerts. Alerts of rules that are not in the file any more end. */
export async function evaluateAlerts(options: EvaluateOptions): Promise<Evaluated> {
  const { pool, clock, rules } = options;
  const disk = (await options.disk?.()) ?? null;
  const now = clock.now();
  const open = await openAlerts(pool);
  const changes: Change[] = [];
  const failures: { rule: string; reason: string }[] = [];
  for (const rule of rules) {
    try {
      const measurements = await measure(pool, rule, { disk, timeoutMs: TIMEOUT });
      changes.push(...changesOf(rule, measurements, open, now));
    } catch (error) {
      failures.push({ rule: rule.name, reason: said(error) });
    }
  }
  await store(pool, changes, now);
  await endForgotten(pool, rules, now);
  return { sentences: changes.flatMap(sentenceOf), failures };
}

async function openAlerts(pool: Pool): Promise<ReadonlyMap<string, Alert>> {
  const { rows } = await pool.query(FIND_OPEN);
  const alerts = rows.map((row): Alert => alertRow.parse(row)).filter(({ state }) => state !== 'resolved');
  return new Map(alerts.map((alert) => [keyOf(alert), alert]));
}

function changesOf(
  rule: Rule,
  measurements: readonly Measurement[],
  open: ReadonlyMap<string, Alert>,
  now: number,
): readonly Change[] {
  const subjects = new Map(measurements.map((one) => [one.subject, one]));
  const gone = [...open.values()]
    .filter((alert) => alert.rule === rule.name && !subjects.has(alert.subject))
    .map(({ subject }) => subject);
  return [...subjects.keys(), ...gone].map((subject) => {
    const before = open.get(keyOf({ rule: rule.name, subject })) ?? null;
    const measured = subjects.get(subject) ?? null;
    return { rule, subject, before, measured, after: nextEpisode(before, measured?.value, rule, now) };
  });
}

async function store(pool: Pool, changes: readonly Change[], now: number): Promise<void> {
  const ended = changes.filter(({ before, after }) => before !== null && after === null);
  const kept = changes.filter(({ after }) => after !== null);
  if (kept.length === 0 && ended.length === 0) return;
  await inTransaction(pool, async (client, profile) => {
    const episodes = await lastEpisodes(client, kept);
    await writeRows(
      client,
      profile,
      'alerts',
      kept.flatMap((change) => rowOf(change, episodes, now)),
    );
    // Those that came back before they fired: they never were.
    for (const { rule, subject, before } of ended)
      await client.query(
        "delete from alerts where rule = $1 and subject = $2 and episode = $3 and state = 'pending'",
        [rule.name, subject, before?.episode],
      );
    await flush(client, profile);
  });
}

/** An episode that is new gets the next number of its rule and subject. */
function rowOf(
  { rule, subject, before, after, measured }: Change,
  episodes: ReadonlyMap<string, number>,
  now: number,
): readonly WrittenRow[] {
  if (after === null) return [];
  const key = { rule: rule.name, subject };
  return [
    {
      ...{ ...key, episode: before?.episode ?? (episodes.get(keyOf(key)) ?? 0) + 1, severity: rule.severity },
      ...{ state: after.state, value: measured?.value ?? before?.value ?? null },
      ...{ threshold: rule.threshold, labels: before?.labels ?? JSON.stringify(measured?.labels ?? {}) },
      ...{ since: iso(after.since), fired_at: iso(after.firedAt), clear_since: iso(after.clearSince) },
      ...{ resolved_at: iso(after.resolvedAt), told: before?.told ?? 'nothing', evaluated_at: iso(now) },
    },
  ];
}

async function lastEpisodes(
  client: Queryable,
  changes: readonly Change[],
): Promise<ReadonlyMap<string, number>> {
  const begun = changes.filter(({ before }) => before === null).map(({ rule }) => rule.name);
  if (begun.length === 0) return new Map();
  const { rows } = await client.query<{ rule: string; subject: string; episode: number }>(FIND_EPISODES, [
    begun,
  ]);
  return new Map(rows.map((row) => [keyOf(row), row.episode]));
}

async function endForgotten(pool: Pool, rules: readonly Rule[], now: number): Promise<void> {
  const names = rules.map(({ name }) => name);
  await pool.query("delete from alerts where state = 'pending' and not rule = any($1::varchar[])", [names]);
  await rewriteRows(pool, await engineOf(pool), {
    ...{ table: 'alerts', set: { state: 'resolved', resolved_at: iso(now) } },
    ...{ where: "state = 'firing' and not rule = any($1::varchar[])", values: [names] },
  });
}

function sentenceOf({ rule, subject, before, after, measured }: Change): readonly string[] {
  const what = `${rule.name}${subject === '' ? '' : ` (${subject})`}`;
  if (after?.state === 'firing' && before?.state !== 'firing')
    return [`alert ${what} fires: ${rule.summary} It is ${measured?.value}.`];
  return after?.state === 'resolved' ? [`alert ${what} is resolved.`] : [];
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
