import { readLive } from '../report/live.ts';
import { type MeasureOptions, measureScored } from '../report/measured.ts';
import type { Report, SourceReport, StudyReport, TrainingReport } from '../report/report.ts';
import { verdictOf } from '../report/verdict.ts';
import type { FoldResult, Span } from '../training/evaluate.ts';
import type { DemoOutcome, StudyOutcome } from './demo.ts';
import type { DemoOptions } from './options.ts';
import type { Trained } from './trained.ts';

/** Decisions of a model that are told. */
const MOST_DECISIONS = 50;

/** Puts together what a demonstration showed. */
export async function demoReport(
  options: DemoOptions,
  { cutMs, studies }: DemoOutcome,
  source: Omit<SourceReport, 'from' | 'to' | 'cut'>,
): Promise<Report> {
  const { clock, tape, timeOf, algorithms } = options;
  const reports: StudyReport[] = [];
  for (const outcome of studies) reports.push(await studyReport(options, outcome));
  return {
    tickwave: 'report',
    version: 1,
    createdAt: new Date(clock.now()).toISOString(),
    source: { ...source, from: timeOf(tape.startMs), to: timeOf(tape.endMs), cut: timeOf(cutMs) },
    unavailable: algorithms.unavailable,
    studies: reports,
  };
}

async function studyReport(
  options: DemoOptions,
  { study, trained, problem }: StudyOutcome,
): Promise<StudyReport> {
  const { pool, registry, settings, timeOf } = options;
  const measuring = { fee: settings.fee, seed: settings.seed, timeOf };
  const { name, title, markets, horizonMinutes } = study;
  const training = trained === null ? null : trainingReport(trained, measuring);
  const live =
    trained === null
      ? null
      : await readLive(
          pool,
          { name, version: trained.registered.version, markets, horizonMinutes },
          measuring,
        );
  return {
    ...{ name, title, markets, horizonBars: horizonMinutes, problem, training, live },
    verdict: verdictOf(training?.walkForward ?? null, live?.measured ?? null, problem),
    decisions: [...(await registry.history(name, MOST_DECISIONS))].reverse(),
  };
}

function trainingReport(trained: Trained, options: MeasureOptions): TrainingReport {
  const { dataset, model, registered, seconds, compared, features, leftOut } = trained;
  const { folds, byMarket } = model.evaluation;
  const shown = (iso: string): string => options.timeOf(Date.parse(iso));
  const span = ({ from, to, rows }: Span): Span => ({ from: shown(from), to: shown(to), rows });
  return {
    algorithm: registered.algorithm,
    rows: dataset.rows.times.length,
    from: shown(registered.trainedFrom),
    to: shown(registered.trainedTo),
    datasetHash: registered.datasetHash,
    seconds,
    folds: folds.map((fold: FoldResult) => ({ ...fold, train: span(fold.train), test: span(fold.test) })),
    byMarket,
    walkForward: measureScored(model.scored, options),
    ...{ compared, features, leftOut },
  };
}
