import { type ModelError, TrainingCancelled } from '../models/errors.ts';
import { cancelled } from '../models/fitOptions.ts';
import { considerPromotion } from '../registry/promotion.ts';
import { unseenLosses } from '../registry/unseenLosses.ts';
import { Scorer } from '../scoring/scorer.ts';
import { BadFolds, NoTrainingRows } from '../training/errors.ts';
import type { DemoOptions, Study } from './options.ts';
import { replaySteps } from './steps.ts';
import { type Trained, trainStudy } from './trained.ts';

/** What became of a study: a model, or why there is none. */
export type StudyOutcome = { readonly study: Study } & (
  | { readonly trained: Trained; readonly problem: null }
  | { readonly trained: null; readonly problem: string }
);

/** A demonstration that was played to its end. */
export interface DemoOutcome {
  readonly cutMs: number;
  readonly studies: readonly StudyOutcome[];
}

const DAY_MS = 86_400_000;
/** A demonstration has one training: its model answers to the end, however far the tape reaches. */
const NO_LIMIT_MINUTES = 10 * 365 * 1440;

/**
 * Plays a tape: loads what was before the cut, trains a model for each study, lets the engine and the scorer take the rest minute
 * by minute, and promotes or refuses by the rules. What is stored depends on the tape alone, not on how fast it is played.
 *
 * @throws TrainingCancelled when the signal aborts
 */
export async function playDemo(options: DemoOptions): Promise<DemoOutcome> {
  const { tape, trainShare, onProgress } = options;
  const cutMs = tape.timeOfShare(trainShare);
  const loaded = await load(options, cutMs);
  const total = options.studies.length * options.algorithms.available.size;
  const studies: StudyOutcome[] = [];
  let done = 0;
  for (const study of options.studies)
    studies.push(
      await attempt(study, () =>
        trainStudy(options, study, cutMs, (algorithm) =>
          onProgress({ stage: 'training', done: done++, total, note: `${study.title}: ${algorithm}` }),
        ),
      ),
    );
  await replay(options, cutMs, loaded);
  for (const { study, trained } of studies)
    if (trained !== null)
      await considerPromotion(options.registry, study.name, options.rules, unseenLosses(options.pool));
  return { cutMs, studies };
}

/** Lands a day at a time, so that there is something to show. @returns rows landed */
async function load(
  { tape, refresh, signal, timeOf, onProgress }: DemoOptions,
  cutMs: number,
): Promise<number> {
  const { startMs } = tape;
  const total = tape.rowsUntil(cutMs);
  let done = 0;
  for (let at = startMs; at < cutMs; ) {
    if (signal.aborted) throw cancelled();
    at = Math.min(cutMs, at + DAY_MS);
    // Years without a row between two recordings need no refresh.
    const landed = await tape.landUntil(at);
    if (landed > 0) await refresh();
    done += landed;
    onProgress({ stage: 'loading', done, total, note: timeOf(at).slice(0, 10) });
  }
  return done;
}

/** A study for which there is too little data is no reason to end the others. */
async function attempt(study: Study, train: () => Promise<Trained>): Promise<StudyOutcome> {
  try {
    return { study, trained: await train(), problem: null };
  } catch (error) {
    const tooLittle = error instanceof NoTrainingRows || error instanceof BadFolds;
    if (!tooLittle || error instanceof TrainingCancelled) throw error;
    return { study, trained: null, problem: (error as ModelError).message };
  }
}

async function replay(options: DemoOptions, cutMs: number, loaded: number): Promise<void> {
  const { tape, refresh, pool, registry, algorithms, clock, signal, say } = options;
  const scorer = new Scorer({
    ...{ pool, registry, algorithms, clock, say },
    // Each step is told by itself.
    onChange: () => () => {},
    pollMs: 60_000,
    catchUpMinutes: NO_LIMIT_MINUTES,
    expiryMs: NO_LIMIT_MINUTES * 60_000,
  });
  const total = tape.rowsUntil(tape.endMs) - loaded;
  let done = 0;
  for (const at of replaySteps(cutMs, tape.endMs, options.stepMinutes)) {
    if (signal.aborted) throw cancelled();
    const landed = await tape.landUntil(at);
    if (landed === 0) continue;
    await refresh();
    await scorer.pass(signal);
    done += landed;
    options.onProgress({ stage: 'replaying', done, total, note: options.timeOf(at).slice(0, 16) });
  }
}
