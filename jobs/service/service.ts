import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import type { Algorithms } from '../models/algorithms.ts';
import { said } from '../models/errors.ts';
import { monitor } from '../monitoring/monitor.ts';
import type { MonitoringSettings } from '../monitoring/settings.ts';
import type { PromotionRules } from '../registry/promotion.ts';
import type { Registry } from '../registry/registry.ts';
import { judgeChallengers } from '../retraining/judge.ts';
import { JobBusy } from '../schedule/errors.ts';
import { type RecurringOptions, runOnSchedule } from '../schedule/recurring.ts';
import { repeat } from '../schedule/repeat.ts';
import type { Job } from '../schedule/runner.ts';
import type { Membership } from '../scoring/membership.ts';
import { Scorer, type ScorerOptions, type ScorerStatus } from '../scoring/scorer.ts';
import { CatchUp } from './catchUp.ts';
import { FeatureWatch } from './featureWatch.ts';

export interface ModelServiceOptions
  extends Pick<
    ScorerOptions,
    'onChange' | 'pollMs' | 'catchUpMinutes' | 'expiryMs' | 'partition' | 'say' | 'logger'
  > {
  /** Connections as the owner of the database; six are enough. */
  readonly pool: Pool;
  readonly registry: Registry;
  readonly algorithms: Algorithms;
  readonly clock: Clock;
  readonly rules: PromotionRules;
  readonly monitoring: MonitoringSettings;
  /** Training by schedule and before its time; null when it is done elsewhere, or not at all. */
  readonly training: TrainingPlan | null;
  /** Looks for alerts and tells of them, once; null when nobody is to be told. */
  readonly alerts: (() => Promise<void>) | null;
  /** Shares the markets with others that score at the same time; null where that is not wanted. */
  readonly membership: Membership | null;
}

/** When and how models are trained. */
export interface TrainingPlan
  extends Pick<RecurringOptions, 'schedule' | 'job' | 'ready' | 'limits' | 'runner'> {
  /** A job that trains these models before their time. */
  readonly early: (names: readonly string[]) => Job;
}

const JUDGE_MS = 5 * 60_000;
const MONITOR_MS = 5 * 60_000;
const SYNC_MS = 60_000;
const ALERTS_MS = 60_000;
const FEATURES_MS = 5000;

/** The models at work: scoring of each closed minute, judging of challengers, watching for drift and changed features, alerts, training, and what MLflow was told. */
export class ModelService {
  readonly #options: ModelServiceOptions;
  readonly #scorer: Scorer;
  readonly #watch: FeatureWatch;
  readonly #catchUp = new CatchUp();

  constructor(options: ModelServiceOptions) {
    this.#options = options;
    this.#scorer = new Scorer(options);
    this.#watch = new FeatureWatch(options);
  }

  status(): ScorerStatus {
    return this.#scorer.status();
  }

  /** Works until the signal; what fails is said and tried again. Resolves once nothing is under way. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, say, training, alerts, membership } = this.#options;
    const often = { clock, say };
    await Promise.all([
      this.#scorer.run(signal),
      membership?.run(signal),
      repeat({ ...often, what: 'judging challengers', everyMs: JUDGE_MS, work: () => this.#judge() }, signal),
      repeat(
        { ...often, what: 'monitoring', everyMs: MONITOR_MS, work: (until) => this.#monitor(until) },
        signal,
      ),
      repeat(
        {
          ...often,
          what: 'looking for changed features',
          everyMs: FEATURES_MS,
          work: () => this.#features(),
        },
        signal,
      ),
      training === null
        ? undefined
        : repeat(
            {
              ...often,
              what: 'training on changed features',
              everyMs: FEATURES_MS,
              work: (until) => this.#trainChanged(training, until),
            },
            signal,
          ),
      repeat({ ...often, what: 'asking the registry', everyMs: SYNC_MS, work: () => this.#sync() }, signal),
      alerts === null
        ? undefined
        : repeat({ ...often, what: 'looking for alerts', everyMs: ALERTS_MS, work: alerts }, signal),
      training === null ? undefined : runOnSchedule({ ...training, kind: 'train', clock, say }, signal),
    ]);
  }

  async #judge(): Promise<void> {
    const { pool, registry, rules, say } = this.#options;
    for (const { name, version, action, reasons } of await judgeChallengers(pool, registry, rules))
      say(
        `${name} ${version} ${action === 'promote' ? 'is champion' : 'stays challenger'}: ${reasons.join(' ')}`,
      );
  }

  /** What it decides to train before its time is trained at once, by the same runner as what is due. */
  async #monitor(signal: AbortSignal): Promise<void> {
    const { monitoring, training, say } = this.#options;
    const { retrain, sentences } = await monitor(this.#options, monitoring);
    for (const sentence of sentences) say(sentence);
    if (training === null || retrain.length === 0) return;
    try {
      const { runner, early, limits } = training;
      const { run, state, message } = await runner.run('train', 'policy', early(retrain), limits, signal);
      say(`train ${run}: ${state}. ${message}`);
    } catch (error) {
      if (!(error instanceof JobBusy)) throw error;
      say(said(error));
    }
  }

  async #features(): Promise<void> {
    const found = await this.#watch.look();
    if (found !== null) this.#catchUp.wants(found.stamp, found.names);
  }

  /** Beside the watch, which goes on while models are trained: the features may change back. */
  async #trainChanged({ runner, early, limits }: TrainingPlan, signal: AbortSignal): Promise<void> {
    const { clock, say } = this.#options;
    const names = this.#catchUp.due(clock.now());
    if (names.length === 0) return;
    try {
      const { run, state, message } = await runner.run('train', 'policy', early(names), limits, signal);
      this.#catchUp.tried(names, clock.now());
      say(`train ${run}: ${state}. ${message}`);
    } catch (error) {
      // One that runs may have begun before the features changed: its turn comes after it.
      if (!(error instanceof JobBusy)) throw error;
    }
  }

  async #sync(): Promise<void> {
    const { registry, say } = this.#options;
    for (const sentence of await registry.sync()) say(sentence);
  }
}
