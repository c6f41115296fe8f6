import { z } from 'zod';
import { choice, number, optional, text, type Variable } from '../variable.ts';

const INTERVAL = /^(\d+)\s*(min|h|d)$/;
const CRON = /^(\S+\s+){4}\S+$/;

const interval = z
  .string()
  .trim()
  .refine((value) => value === 'off' || INTERVAL.test(value) || CRON.test(value));

const list = z
  .string()
  .transform((value) => value.split(',').map((part) => part.trim()))
  .pipe(z.array(z.string().min(1)).min(1));
/** `0/2` is the first of two. */
const partition = z
  .string()
  .trim()
  .regex(/^(auto|\d{1,4}\/[1-9]\d{0,3})$/)
  .transform((value): 'auto' | { readonly index: number; readonly of: number } => {
    if (value === 'auto') return value;
    const [index = 0, of = 1] = value.split('/').map(Number);
    return { index, of };
  });
/** Those that `labels` has. */
const horizons = z
  .string()
  .transform((value) => [...new Set(value.split(',').map((part) => Number(part.trim())))])
  .pipe(z.array(z.union([z.literal(5), z.literal(15), z.literal(60)])).min(1));

/** How models are kept, promoted, asked and trained again. */
export const MODELS = {
  XGBOOST_LIBRARY: optional(
    text(
      'Library of XGBoost to use instead of the one that was fetched.',
      '',
      'the path of libxgboost.so 3.2.0',
    ),
  ),
  LIGHTGBM_LIBRARY: optional(
    text(
      'Library of LightGBM to use instead of the one that was fetched.',
      '',
      'the path of lib_lightgbm.so 4.7.0',
    ),
  ),
  MODEL_HORIZONS: {
    about: 'Minutes ahead that models predict; one model each, over all markets.',
    standard: '5',
    allowed: 'some of 5, 15 and 60, with commas between them',
    schema: horizons,
  } satisfies Variable<readonly number[]>,
  MODEL_ALGORITHM: choice(
    'What models are trained with: auto is XGBoost where its library is found, else ridge.',
    'auto',
    ['auto', 'persistence', 'ridge', 'xgboost', 'lightgbm'],
  ),
  MODEL_FEATURES: optional({
    about:
      'Columns of training_set that models are given. Without it all of them, but those of hour and week while the history is too short for them.',
    standard: null,
    allowed: 'names with commas between them, such as rsi_14,return_5',
    schema: list,
  } satisfies Variable<readonly string[]>),
  MODEL_WINDOW_DAYS: number(
    'Days of the newest history that models are trained on.',
    '30',
    'a number from 0.05 to 3650',
    z.number().min(0.05).max(3650),
  ),
  MODEL_LEAST_ROWS: number(
    'Minutes, all markets together, that there have to be before a model is trained.',
    '1000',
    'a whole number from 300 to 1000000',
    z.number().int().min(300).max(1_000_000),
  ),
  MODEL_TUNING_TRIALS: number(
    'Sets of parameters that a training tries out besides the standard ones.',
    '9',
    'a whole number from 0 to 10000',
    z.number().int().min(0).max(10_000),
  ),
  MODEL_EXPIRY: number(
    'Hours after the end of its training data, in event time, from which on a model predicts no more.',
    '336',
    'a number from 1 to 87600',
    z.number().min(1).max(87_600),
  ),
  MODEL_KEEP: number(
    'Versions of each model whose files are kept, besides those in service.',
    '10',
    'a whole number from 1 to 1000',
    z.number().int().min(1).max(1000),
  ),
  MODEL_CATCH_UP: number(
    'Minutes that are predicted late at most after downtime; older ones are left out.',
    '1440',
    'a whole number from 0 to 43200',
    z.number().int().min(0).max(43_200),
  ),
  SCORING_PARTITION: optional({
    about:
      'Which part of the markets this process predicts, where several `tickwave score` share them. Without it all.',
    standard: null,
    allowed: 'auto, by who scores at the moment, or number and count, such as 0/2 for the first of two',
    schema: partition,
  } satisfies Variable<'auto' | { readonly index: number; readonly of: number }>),
  MODEL_CONFIDENCE: number(
    'How sure it has to be that a challenger is better before it becomes champion.',
    '0.95',
    'a number from 0.5 to 0.9999',
    z.number().min(0.5).max(0.9999),
  ),
  MODEL_LEAST_WINDOWS: number(
    'Minutes that a challenger has to be judged by at least.',
    '500',
    'a whole number from 20 to 100000',
    z.number().int().min(20).max(100_000),
  ),
  MODEL_RETRAIN_INTERVAL: {
    about: 'How often models are trained again: off, an interval, or a cron expression in UTC.',
    standard: '24h',
    allowed: 'off, a time such as 90 min, 24h or 7d, or a cron expression such as 0 3 * * *',
    schema: interval,
  } satisfies Variable<string>,
  MODEL_TRAIN_MINUTES: number(
    'Minutes that one training may take.',
    '60',
    'a number from 0.1 to 1440',
    z.number().min(0.1).max(1440),
  ),
  MODEL_TRAIN_MEMORY: optional(
    number(
      'Megabytes that training may take beyond what the process holds. Without it there is no limit.',
      '',
      'a whole number from 64 to 1048576',
      z.number().int().min(64).max(1_048_576),
    ),
  ),
} as const;
