import { TrainingLimit } from '../errors.ts';
import { cancelled } from '../fitOptions.ts';
import type { FitReport, StoppedBy } from '../model.ts';
import type { Control } from './control.ts';

/** A booster that grows a round at a time. */
export interface Growing {
  /** One round; false when no tree lowers the loss any more. */
  grow(round: number): boolean;
  /** The loss on the validation set after the rounds so far; null without one. */
  loss(round: number): number | null;
}

/** What ends training. */
export interface RoundLimits {
  readonly rounds: number;
  readonly patience: number | null;
  /** Memory that the process may take beyond what it has at the beginning, in bytes. */
  readonly memoryLimitBytes: number | null;
}

/** Grows round by round until a limit, a wish or the validation set ends it. @throws TrainingCancelled, TrainingLimit */
export function growRounds(
  growing: Growing,
  limits: RoundLimits,
  control: Control,
  onRound: (rounds: number, loss: number | null) => void,
): FitReport {
  const memory = process.memoryUsage.rss();
  const losses: number[] = [];
  let best = 0;
  let rounds = 0;
  const ended = (stoppedBy: StoppedBy): FitReport => ({
    stoppedBy,
    rounds,
    kept: losses.length > 0 ? best + 1 : rounds,
    losses,
  });
  while (rounds < limits.rounds) {
    if (control.wish === 'cancel') throw cancelled();
    // One round at least: a model without a tree is none.
    if (control.wish === 'stop' && rounds > 0) return ended('time');
    if (!growing.grow(rounds)) return ended('nothing-left');
    const loss = growing.loss(rounds);
    rounds++;
    if (loss !== null) {
      losses.push(loss);
      if (loss < (losses[best] ?? Infinity)) best = rounds - 1;
    }
    onRound(rounds, loss);
    checkMemory(memory, limits.memoryLimitBytes);
    if (loss !== null && limits.patience !== null && rounds - 1 - best >= limits.patience)
      return ended('early-stopping');
  }
  return ended('rounds');
}

function checkMemory(before: number, limit: number | null): void {
  if (limit === null) return;
  const taken = process.memoryUsage.rss() - before;
  if (taken > limit) throw overMemory(taken, limit);
}

/**
 * Refuses before anything is allocated what cannot fit: the values as float32, the library's own copy of them, and their bins.
 * @throws TrainingLimit
 */
export function checkMemoryNeeded(cells: number, limit: number | null): void {
  const needed = cells * 14;
  if (limit !== null && needed > limit) throw overMemory(needed, limit);
}

function overMemory(bytes: number, limit: number): TrainingLimit {
  const megabytes = (value: number): string => `${Math.ceil(value / 2 ** 20)} MiB`;
  return new TrainingLimit(
    `Training takes ${megabytes(bytes)}, and memoryLimitBytes allows ${megabytes(limit)};`,
    'raise the limit, shorten the range or drop features.',
  );
}
