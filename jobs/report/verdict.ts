import { amount, percent, probability, spanText } from './format.ts';
import type { Measured } from './measured.ts';

/**
 * Whether there is skill. `skill`: both in the walk forward and in the replay. `unconfirmed`: in one of them only. `none`: in
 * neither. `unknown`: there was too little data to tell.
 */
export type VerdictKind = 'skill' | 'unconfirmed' | 'none' | 'unknown';

/** The verdict in words, with what it rests on. */
export interface Verdict {
  readonly kind: VerdictKind;
  /** One sentence that begins with the verdict. */
  readonly sentence: string;
  /** What it rests on: sentences. */
  readonly evidence: readonly string[];
}

/** A p-value up to this is taken for skill. */
export const SIGNIFICANT = 0.05;

/**
 * Judges by two tests against persistence on rows that the models had not seen: the walk forward through the training data,
 * and what the scorer stored during the replay. Luck passes one of them in twenty times, both in four hundred.
 *
 * @param problem why there is no model
 */
export function verdictOf(
  walkForward: Measured | null,
  live: Measured | null,
  problem: string | null,
): Verdict {
  if (walkForward === null || live === null) return unknown(walkForward, live, problem);
  const passed = [walkForward, live].filter(isSignificant).length;
  const evidence = [
    `Walk forward: ${testText(walkForward)}.`,
    `Replay: ${testText(live)}.`,
    directionText(live),
    intervalText(live),
    moneyText(live),
  ];
  const figures = `skill ${skillText(live)} in the replay, ${skillText(walkForward)} in the walk forward`;
  const sentences = {
    skill: `Skill: the error is below that of predicting no change, by more than luck explains (${figures}).`,
    unconfirmed: `Skill is not confirmed: only the ${isSignificant(live) ? 'replay' : 'walk forward'} shows it, as luck alone does in one case of ten (${figures}).`,
    none: `No skill: the error is ${(live.skill?.upper ?? 0) < 0 ? 'above that of predicting no change' : 'not below that of predicting no change by more than luck explains'} (${figures}).`,
  };
  const kind = passed === 2 ? 'skill' : passed === 1 ? 'unconfirmed' : 'none';
  return { kind, sentence: sentences[kind], evidence };
}

/** Whether the error is below that of persistence by more than luck explains. */
export function isSignificant({ againstPersistence: { mean, pValue } }: Measured): boolean {
  return mean > 0 && pValue <= SIGNIFICANT;
}

function unknown(walkForward: Measured | null, live: Measured | null, problem: string | null): Verdict {
  const why =
    problem ??
    (walkForward === null ? 'no model was trained' : 'no prediction of the replay has come true yet');
  const seen = walkForward ?? live;
  return {
    kind: 'unknown',
    sentence: `No verdict: ${why.replace(/[.;]\s*$/, '')}.`,
    evidence:
      seen === null ? [] : [`${walkForward === null ? 'Replay' : 'Walk forward'}: ${testText(seen)}.`],
  };
}

function skillText({ skill }: Measured): string {
  return skill === null ? 'nothing moved' : percent(skill.value, 2);
}

function testText({ metrics, skill, againstPersistence, from, to }: Measured): string {
  const interval =
    skill === null
      ? 'nothing moved'
      : `skill ${percent(skill.value, 2)} (95 % interval ${percent(skill.lower, 2)} to ${percent(skill.upper, 2)})`;
  const { pValue, blockLength } = againstPersistence;
  return `${interval}, ${probability(pValue)} by a block bootstrap of ${amount(metrics.rows)} rows in blocks of ${blockLength}, ${spanText(from, to)}`;
}

function directionText({ metrics: { direction } }: Measured): string {
  const { accuracy, lower, upper, moves } = direction;
  if (accuracy === null || lower === null || upper === null) return 'No price moved in the replay.';
  return `The direction was right in ${percent(accuracy, 1)} of ${amount(moves)} moves (95 % interval ${percent(lower, 1)} to ${percent(upper, 1)}).`;
}

function intervalText({ metrics: { interval } }: Measured): string {
  return `${percent(interval.coverage, 1)} of the returns fell into an interval that should hold ${percent(interval.level, 0)}.`;
}

function moneyText({ metrics: { trading } }: Measured): string {
  if (trading.trades === 0)
    return `No predicted move was larger than the fees of ${percent(2 * trading.fee, 2)}, so the trading rule did nothing.`;
  const result = trading.net > 0 ? 'earned' : 'lost';
  return `After fees of ${percent(2 * trading.fee, 2)} a round trip the trading rule ${result} ${percent(Math.abs(trading.net), 2)} of one stake in ${amount(trading.trades)} trade${trading.trades === 1 ? '' : 's'}.`;
}
