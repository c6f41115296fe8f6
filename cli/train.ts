import { Command, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { systemClock } from '../engine/clock.ts';
import type { AlgorithmName } from '../jobs/models/model.ts';
import { ownerPool } from '../jobs/ownerPool.ts';
import type { TrainingSummary } from '../jobs/retraining/process/messages.ts';
import type { RetrainRequest } from '../jobs/retraining/request.ts';
import { trainingJob } from '../jobs/retraining/trainAll.ts';
import { type JobResult, JobRunner } from '../jobs/schedule/runner.ts';
import type { Context } from './context.ts';
import { FoundWanting } from './errors.ts';
import { EXIT } from './exitCodes.ts';
import { onInterrupt } from './interrupt.ts';
import { PARALLEL, trainingLimits, trainingPlatform, trainingRequests } from './models/settings.ts';
import { positive, wholeFrom } from './numbers.ts';
import { withSession } from './session.ts';
import { readTime } from './time.ts';

interface Flags {
  readonly horizon?: number;
  readonly name?: string;
  readonly market?: readonly string[];
  readonly features?: readonly string[];
  readonly algorithm?: AlgorithmName | 'auto';
  readonly since?: number;
  readonly until?: number;
  readonly sliding?: number;
  readonly folds?: number;
  readonly trials?: number;
  readonly seconds?: number;
  readonly halfLife?: number;
  readonly seed?: number;
  readonly json?: true;
}

/** `tickwave train` */
export function train(context: Context): Command {
  return new Command('train')
    .description('train a model on what is stored, register it, and let it predict as challenger')
    .option(
      '--horizon <minutes>',
      'minutes ahead: 5, 15 or 60 (default: each of MODEL_HORIZONS)',
      wholeFrom(0),
    )
    .option('--name <name>', 'name in the registry (default: return-<horizon>m)')
    .option('--market <markets...>', 'as kraken:BTC/USD (default: all with enough history)')
    .option(
      '--features <names>',
      'columns of training_set, with commas (default: MODEL_FEATURES, else all)',
      names,
    )
    .addOption(
      new Option('--algorithm <name>', 'default: MODEL_ALGORITHM').choices([
        'auto',
        'persistence',
        'ridge',
        'xgboost',
        'lightgbm',
      ]),
    )
    .option(
      '--since <time>',
      'first minute, as 2026-11-01 (default: MODEL_WINDOW_DAYS before the last)',
      readTime,
    )
    .option('--until <time>', 'minute to stop before (default: the last)', readTime)
    .option('--sliding <days>', 'walk forward with so much history at a time (default: all of it)', positive)
    .option('--folds <count>', 'test blocks of the walk forward (default: 5)', wholeFrom(0))
    .option('--trials <count>', 'sets of parameters to try (default: MODEL_TUNING_TRIALS)', wholeFrom(0))
    .option('--seconds <count>', 'seconds after which no further set is tried', wholeFrom(0))
    .option('--half-life <days>', 'rows weigh half as much for each so many days of age', positive)
    .option('--seed <number>', 'of tuning, trees and bootstrap (default: 1)', wholeFrom(0))
    .option('--json', 'the result as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => context.finish(await run(context, flags)));
}

const EXAMPLES = `
Examples:
  $ tickwave train
  $ tickwave train --horizon 15 --algorithm ridge --market kraken:BTC/USD kraken:ETH/USD
  $ tickwave train --since 2026-10-01 --until 2026-11-01 --trials 30

Works beside a running \`tickwave start\`, which then scores with the model, or on the data folder alone. A training that was
ended by Ctrl-C while it tuned goes on from there when the same command is given within a day.`;

async function run(context: Context, flags: Flags): Promise<number> {
  const { terminal } = context;
  const config = context.config();
  const requests = requestsOf(config, flags);
  const signal = onInterrupt(terminal.say);
  const summaries: TrainingSummary[] = [];
  const { state, message } = await withSession(context, 'train', async ({ url, lost }) => {
    const working = trainAll(context, config, url, requests, signal, summaries);
    return Promise.race([working, lost.then((error) => Promise.reject(error))]);
  });
  if (flags.json === true) terminal.print(JSON.stringify({ state, message, models: summaries }));
  else terminal.print(message);
  if (state === 'cancelled') return EXIT.interrupted;
  if (state === 'failed') throw new FoundWanting(message);
  return EXIT.ok;
}

async function trainAll(
  context: Context,
  config: Config,
  url: string,
  requests: readonly RetrainRequest[],
  signal: AbortSignal,
  summaries: TrainingSummary[],
): Promise<JobResult> {
  const pool = ownerPool(url, 'tickwave train', 3);
  const bar = context.progress();
  bar.begin('training', 100, '%');
  const job = trainingJob(trainingPlatform(config, url), requests, async (summary) => {
    summaries.push(summary);
  });
  try {
    const runner = new JobRunner({ pool, clock: systemClock, memory: () => process.memoryUsage().rss });
    return await runner.run(
      'train',
      'hand',
      ({ signal: calledOff, progress }) =>
        job({
          signal: calledOff,
          progress: (share, message) => {
            bar.at(Math.round(share * 100), { share, note: message });
            progress(share, message);
          },
        }),
      trainingLimits(config),
      signal,
    );
  } finally {
    bar.end();
    await pool.end();
  }
}

/** What the configuration asks for, with what the flags say otherwise. */
function requestsOf(config: Config, flags: Flags): readonly RetrainRequest[] {
  const { horizon, name, market, features, since, until } = flags;
  const horizons = horizon === undefined ? config.MODEL_HORIZONS : [horizon];
  return trainingRequests(config, 'It was trained by hand.', horizons).map((request) => ({
    ...request,
    name: name ?? request.name,
    markets: market?.map(marketOf) ?? null,
    features: features ?? request.features,
    since: since ?? null,
    until: until ?? null,
    settings: settingsOf(request.settings, flags),
  }));
}

function settingsOf(settings: RetrainRequest['settings'], flags: Flags): RetrainRequest['settings'] {
  const { algorithm, folds, sliding, halfLife, seed, seconds } = flags;
  const trials = flags.trials ?? settings.tuning?.trials ?? 0;
  return {
    ...settings,
    algorithm: algorithm ?? settings.algorithm,
    folds: {
      ...settings.folds,
      folds: folds ?? settings.folds.folds,
      slidingMs: sliding === undefined ? settings.folds.slidingMs : sliding * 86_400_000,
    },
    tuning: trials === 0 ? null : { trials, seconds: seconds ?? null, parallel: PARALLEL },
    halfLifeMs: halfLife === undefined ? settings.halfLifeMs : halfLife * 86_400_000,
    seed: seed ?? settings.seed,
  };
}

function marketOf(text: string): { readonly exchange: string; readonly symbol: string } {
  const [, exchange, symbol] = /^([a-z0-9_-]+):([^:\s]+\/[^:\s]+)$/.exec(text) ?? [];
  if (exchange === undefined || symbol === undefined)
    throw new InvalidArgumentError(`${text} is no market: write it as kraken:BTC/USD.`);
  return { exchange, symbol };
}

function names(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim());
}
