import { compareLosses } from '../training/significance/compare.ts';
import { NotPossible } from './errors.ts';
import type { Decision, RegisteredModel } from './registeredModel.ts';
import { championBefore, type Registry } from './registry.ts';

/** What a challenger and those that it has to beat lost on the same minutes, which none of them was trained on. */
export interface PairedLosses {
  /** Start of each row's minute in milliseconds, never falling; markets of one minute stand together. */
  readonly times: Float64Array;
  /** Absolute error of the predicted log return, one a row. */
  readonly challenger: Float64Array;
  /** Null when there is no champion. */
  readonly champion: Float64Array | null;
  /** Of predicting no move. */
  readonly persistence: Float64Array;
}

/** When a challenger is good enough. */
export interface PromotionRules {
  /** How sure it has to be, as 0.95: the chance of being taken in by luck is the rest, for each of the two that it has to beat. */
  readonly confidence: number;
  /** Minutes that it has to be judged by at least. */
  readonly leastWindows: number;
  /** Of the bootstrap: the same seed gives the same verdict. */
  readonly seed: number;
}

/** How a challenger did against one that it has to beat. Plain data. */
export interface Duel {
  readonly against: 'champion' | 'persistence';
  /** Mean absolute error of the log return. */
  readonly mae: number;
  readonly challengerMae: number;
  /** How often luck alone makes a challenger look this good. */
  readonly pValue: number;
  readonly won: boolean;
}

/** What is to be done with a challenger, and why. Plain data. */
export interface Verdict {
  readonly promote: boolean;
  readonly reasons: readonly string[];
  readonly evidence: {
    readonly windows: number;
    readonly rows: number;
    readonly from: string | null;
    readonly to: string | null;
    readonly confidence: number;
    readonly duels: readonly Duel[];
  };
}

/**
 * Judges a challenger: it has to beat persistence and, where there is one, the champion, each with the confidence of the rules, by
 * a paired block bootstrap over the same minutes.
 */
export function judge(losses: PairedLosses, horizonMinutes: number, rules: PromotionRules): Verdict {
  const { times, challenger, champion, persistence } = losses;
  const windows = new Set(times).size;
  const iso = (time: number | undefined): string | null =>
    time === undefined ? null : new Date(time).toISOString();
  const about = {
    windows,
    rows: times.length,
    from: iso(times[0]),
    to: iso(times.at(-1)),
    confidence: rules.confidence,
  };
  if (windows < rules.leastWindows || windows === 0) {
    const reason = `${windows} minutes are known of both, ${rules.leastWindows} are needed.`;
    return { promote: false, reasons: [reason], evidence: { ...about, duels: [] } };
  }
  const others = [
    { against: 'persistence', loss: persistence } as const,
    ...(champion === null ? [] : [{ against: 'champion', loss: champion } as const]),
  ];
  const duels = others.map(({ against, loss }): Duel => {
    const { pValue } = compareLosses(times, loss, challenger, { horizonMinutes, seed: rules.seed });
    const won = pValue <= 1 - rules.confidence;
    return { against, mae: mean(loss), challengerMae: mean(challenger), pValue, won };
  });
  return {
    promote: duels.every(({ won }) => won),
    reasons: duels.map((duel) => sentence(duel, windows, rules)),
    evidence: { ...about, duels },
  };
}

/** What stands between a challenger and its promotion: their common minutes, as `unseenLosses` reads them. */
export type LossReader = (
  challenger: RegisteredModel,
  champion: RegisteredModel | null,
) => Promise<PairedLosses>;

/**
 * Judges the challenger of a name and makes it champion, or writes down why not.
 *
 * @throws UnknownModel when the name has no challenger
 */
export async function considerPromotion(
  registry: Registry,
  name: string,
  rules: PromotionRules,
  losses: LossReader,
): Promise<{ readonly verdict: Verdict; readonly decision: Decision }> {
  const challenger = await registry.show(name, 'challenger');
  const champion = (await registry.list(name)).find(({ alias }) => alias === 'champion') ?? null;
  const verdict = judge(await losses(challenger, champion), challenger.horizonMinutes, rules);
  const { reasons, evidence } = verdict;
  const decision = await registry.decide({
    ...{ name, version: challenger.version, reasons, evidence },
    ...(verdict.promote
      ? { action: 'promote', alias: 'champion' }
      : { action: 'refuse', alias: challenger.alias }),
  });
  return { verdict, decision };
}

/** Puts the champion before the present one back. @throws NotPossible when there is none whose files are there */
export async function rollBack(registry: Registry, name: string, reason: string): Promise<Decision> {
  const version = championBefore(await registry.history(name, 1000), await registry.list(name));
  if (version === null)
    throw new NotPossible(
      `${name} has no champion before the present one;`,
      'promote a version by its number instead.',
    );
  return registry.decide({ name, version, action: 'rollback', alias: 'champion', reasons: [reason] });
}

function sentence(
  { against, mae, challengerMae, pValue, won }: Duel,
  windows: number,
  rules: PromotionRules,
): string {
  const figures = `mean absolute error ${challengerMae.toPrecision(4)} against ${mae.toPrecision(4)} over ${windows} minutes, p = ${pValue.toPrecision(2)}`;
  const wanted = `${Number((1 - rules.confidence).toPrecision(6))} is allowed`;
  return won ? `It beats ${against}: ${figures}.` : `It does not beat ${against}: ${figures}, ${wanted}.`;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
