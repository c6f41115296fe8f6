import type { Objective } from '../objective.ts';
import type { ParameterRange, Parameters } from '../parameters.ts';
import { XGBOOST_PARAMETERS } from '../xgboost/parameters.ts';

/** As XGBoost's table, and what LightGBM has beyond it: it grows trees by leaves, not by levels. */
export const LIGHTGBM_PARAMETERS = {
  ...XGBOOST_PARAMETERS,
  leaves: {
    about: 'Leaves of a tree at most.',
    standard: 15,
    low: 2,
    high: 1024,
    whole: true,
    logarithmic: true,
  },
  leafRows: {
    about: 'Rows in a leaf at least.',
    standard: 20,
    low: 1,
    high: 10_000,
    whole: true,
    logarithmic: true,
  },
} as const satisfies Readonly<Record<string, ParameterRange>>;

const NATIVE: Readonly<Record<keyof typeof LIGHTGBM_PARAMETERS, string>> = {
  learningRate: 'learning_rate',
  depth: 'max_depth',
  leafWeight: 'min_sum_hessian_in_leaf',
  rowShare: 'bagging_fraction',
  featureShare: 'feature_fraction',
  l2: 'lambda_l2',
  l1: 'lambda_l1',
  splitGain: 'min_gain_to_split',
  bins: 'max_bin',
  leaves: 'num_leaves',
  leafRows: 'min_data_in_leaf',
};

/** One thread and row-wise histograms: the same bits each time, and no threads that spin on a busy machine. */
const FIXED =
  'num_threads=1 deterministic=true force_row_wise=true bagging_freq=1 feature_pre_filter=false verbosity=-1';

/** LightGBM's settings, one for each booster: a quantile is a booster of its own. */
export function lightgbmSettings(
  parameters: Parameters,
  objective: Objective,
  seed: number,
): readonly string[] {
  const tuned = Object.entries(NATIVE).map(([name, native]) => `${native}=${parameters[name]}`);
  return objectiveSettings(objective).map((goal) => [FIXED, `seed=${seed}`, goal, ...tuned].join(' '));
}

function objectiveSettings(objective: Objective): readonly string[] {
  switch (objective.kind) {
    case 'squared-error':
      return ['objective=regression metric=rmse'];
    case 'binary-logistic':
      return ['objective=cross_entropy metric=cross_entropy'];
    case 'quantile':
      return objective.quantiles.map((quantile) => `objective=quantile metric=quantile alpha=${quantile}`);
  }
}
