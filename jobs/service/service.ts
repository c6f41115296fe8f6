import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import type { Algorithms } from '../models/algorithms.ts';
import type { PromotionRules } from '../registry/promotion.ts';
import type { Registry } from '../registry/registry.ts';
import { judgeChallengers } from '../retraining/judge.ts';
import { type RecurringOptions, runOnSchedule } from '../schedule/recurring.ts';
import { repeat } from '../schedule/repeat.ts';
import { Scorer, type ScorerOptions, type ScorerStatus } from '../scoring/scorer.ts';

export interface ModelServiceOptions
  extends Pick<ScorerOptions, 'onChange' | 'pollMs' | 'catchUpMinutes' | 'expiryMs' | 'say'> {
  /** Connections as the owner of the database; six are enough. */
  readonly pool: Pool;
  readonly registry: Registry;
  readonly algorithms: Algorithms;
  readonly clock: Clock;
  readonly rules: PromotionRules;
  /** Training by schedule; null when it is done elsewhere, or not at all. */
  readonly training: Pick<RecurringOptions, 'schedule' | 'job' | 'ready' | 'limits' | 'runner'> | null;
}

const JUDGE_MS = 5 * 60_000;
const SYNC_MS = 60_000;

/** The models at work: scoring of each closed minute, judging of challengers, training by schedule, and what MLflow was told. */
export class ModelService {
  readonly #options: ModelServiceOptions;
  readonly #scorer: Scorer;

  constructor(options: ModelServiceOptions) {
    this.#options = options;
    this.#scorer = new Scorer(options);
  }

  status(): ScorerStatus {
    return this.#scorer.status();
  }

  /** Works until the signal; what fails is said and tried again. Resolves once nothing is under way. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, say, training } = this.#options;
    const often = { clock, say };
    await Promise.all([
      this.#scorer.run(signal),
      repeat({ ...often, what: 'judging challengers', everyMs: JUDGE_MS, work: () => this.#judge() }, signal),
      repeat({ ...often, what: 'asking the registry', everyMs: SYNC_MS, work: () => this.#sync() }, signal),
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

  async #sync(): Promise<void> {
    const { registry, say } = this.#options;
    for (const sentence of await registry.sync()) say(sentence);
  }
}
