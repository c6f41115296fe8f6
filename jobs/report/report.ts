import type { Unavailable } from '../models/algorithms.ts';
import type { AlgorithmName } from '../models/model.ts';
import type { Decision } from '../registry/registeredModel.ts';
import type { Market } from '../training/dataset/trainingRows.ts';
import type { FoldResult } from '../training/evaluate.ts';
import type { Metrics } from '../training/metrics/metrics.ts';
import type { Comparison } from '../training/significance/compare.ts';
import type { Measured } from './measured.ts';
import type { Verdict } from './verdict.ts';

/** What was predicted, how good, against what. Plain JSON; times are ISO 8601 in UTC, returns are log returns. */
export interface Report {
  readonly tickwave: 'report';
  readonly version: 1;
  readonly createdAt: string;
  readonly source: SourceReport;
  /** Algorithms that could not be used on this machine. */
  readonly unavailable: readonly Unavailable[];
  readonly studies: readonly StudyReport[];
}

/** Where the data is from. */
export interface SourceReport {
  readonly kind: 'simulated' | 'candles' | 'trades';
  /** A sentence. */
  readonly about: string;
  /** Names of the files, without their folders. */
  readonly files: readonly string[];
  readonly from: string;
  readonly to: string;
  /** Moment up to which was trained; what came later was replayed. */
  readonly cut: string;
  /** Candles, and trades. */
  readonly candles: number;
  readonly trades: number;
  /** What has to be known to read the figures: sentences. */
  readonly notes: readonly string[];
  /** Length of a bar in minutes: 1, or more where longer bars were told as minutes. */
  readonly barMinutes: number;
}

/** One question, one model: a horizon over some markets. */
export interface StudyReport {
  /** Name of the model in the registry. */
  readonly name: string;
  readonly title: string;
  readonly markets: readonly Market[];
  /** In bars: minutes, but for longer bars told as minutes. */
  readonly horizonBars: number;
  readonly verdict: Verdict;
  /** Why there is no model; null when there is one. */
  readonly problem: string | null;
  readonly training: TrainingReport | null;
  /** Predictions as they were stored by the scorer during the replay. Null when none came true yet. */
  readonly live: LiveReport | null;
  readonly decisions: readonly Decision[];
}

/** How the model came about. */
export interface TrainingReport {
  readonly algorithm: AlgorithmName;
  readonly rows: number;
  readonly from: string;
  readonly to: string;
  readonly datasetHash: string;
  readonly seconds: number;
  readonly folds: readonly FoldResult[];
  readonly byMarket: readonly { readonly market: Market; readonly metrics: Metrics }[];
  readonly walkForward: Measured;
  /** All algorithms on the same rows and folds. */
  readonly compared: readonly ComparedModel[];
  /** The most important features first. */
  readonly features: readonly FeatureWeight[];
  /** Features that were left out. */
  readonly leftOut: readonly string[];
}

/** One algorithm on the same rows as the others. */
export interface ComparedModel {
  readonly algorithm: AlgorithmName;
  readonly metrics: Metrics;
  readonly againstPersistence: Comparison;
  readonly seconds: number;
}

/** What a feature had to say. */
export interface FeatureWeight {
  readonly feature: string;
  /** Share of what the model learned, 0 to 1. */
  readonly importance: number;
  /** Mean of the absolute contribution to the predicted return. */
  readonly contribution: number;
}

/** What the scorer stored, measured by what came true. */
export interface LiveReport {
  readonly version: number;
  /** Rows of `predictions`; some of the last have not come true yet. */
  readonly predictions: number;
  readonly measured: Measured;
  readonly byMarket: readonly { readonly market: Market; readonly metrics: Metrics }[];
  /** Rows of `accuracy_1d`. */
  readonly days: readonly AccuracyDay[];
  readonly latency: LatencyReport | null;
}

/** A row of `accuracy_1d`, of all markets in quote currency each. */
export interface AccuracyDay {
  readonly market: Market;
  readonly day: string;
  readonly predictions: number;
  /** In quote currency. */
  readonly mae: number;
  readonly persistenceMae: number;
  readonly skill: number | null;
  readonly directionalAccuracy: number | null;
  readonly intervalCoverage: number | null;
}

/** Milliseconds from the scorer being told that a minute is over to the row being handed to the database. */
export interface LatencyReport {
  readonly predictions: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
}
