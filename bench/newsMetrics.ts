import { Random } from '../connectors/simulator/random.ts';
import { CLASSES, type Class } from './newsLabels.ts';

/** How a scorer's classes compare with the labels. */
export interface Quality {
  readonly headlines: number;
  readonly accuracy: number;
  /** Bounds of the middle 95 % over resampled headlines. */
  readonly accuracy95: readonly [number, number];
  /** Mean of the F1 of the three classes. */
  readonly macroF1: number;
  readonly macroF195: readonly [number, number];
  /** Rows are labels, columns what the scorer said; negative, neutral, positive. */
  readonly confusion: readonly (readonly number[])[];
}

/** A label and what was said instead. */
export type Pair = readonly [label: Class, said: Class];

const RESAMPLES = 1000;
const SEED = 20_261_121;

/** Compares; the confidence interval is a percentile bootstrap with a fixed seed. */
export function qualityOf(pairs: readonly Pair[]): Quality {
  const random = new Random(SEED, 'bootstrap');
  const resampled = Array.from({ length: RESAMPLES }, () =>
    pairs.flatMap(() => pairs.slice(...oneAt(random.below(pairs.length)))),
  );
  return {
    headlines: pairs.length,
    accuracy: round(accuracy(pairs)),
    accuracy95: middle(resampled.map(accuracy)),
    macroF1: round(macroF1(pairs)),
    macroF195: middle(resampled.map(macroF1)),
    confusion: confusion(pairs),
  };
}

/** The class of a score: one nearer to 0 than `neutralBelow` is neutral. */
export function classOf(score: number, neutralBelow: number): Class {
  if (Math.abs(score) <= neutralBelow) return 'neutral';
  return score > 0 ? 'positive' : 'negative';
}

/** The class that is most frequent: what is right most often without reading. */
export function majority(labels: readonly Class[]): Class {
  const count = (label: Class): number => labels.filter((other) => other === label).length;
  return CLASSES.reduce((best, label) => (count(label) > count(best) ? label : best));
}

function oneAt(index: number): [number, number] {
  return [index, index + 1];
}

function accuracy(pairs: readonly Pair[]): number {
  return pairs.filter(([label, said]) => label === said).length / pairs.length;
}

function confusion(pairs: readonly Pair[]): number[][] {
  const counts = CLASSES.map(() => CLASSES.map(() => 0));
  for (const [label, said] of pairs) {
    const row = counts[CLASSES.indexOf(label)];
    if (row) row[CLASSES.indexOf(said)] = (row[CLASSES.indexOf(said)] ?? 0) + 1;
  }
  return counts;
}

function macroF1(pairs: readonly Pair[]): number {
  const counts = confusion(pairs);
  const scores = CLASSES.map((_, index) => {
    const right = counts[index]?.[index] ?? 0;
    const labelled = (counts[index] ?? []).reduce((sum, count) => sum + count, 0);
    const said = counts.reduce((sum, row) => sum + (row[index] ?? 0), 0);
    return labelled + said === 0 ? 0 : (2 * right) / (labelled + said);
  });
  return scores.reduce((sum, score) => sum + score, 0) / CLASSES.length;
}

function middle(values: readonly number[]): [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN);
  return [at(0.025), at(0.975)];
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
