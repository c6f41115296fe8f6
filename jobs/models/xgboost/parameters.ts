import type { Objective } from '../objective.ts';
import type { ParameterRange, Parameters } from '../parameters.ts';

/** What may be tuned, under names that LightGBM's table shares; the standards suit weak signals in noisy returns. */
export const XGBOOST_PARAMETERS = {
  learningRate: range('How much of each tree is taken.', 0.05, 0.001, 1, { logarithmic: true }),
  depth: range('Levels of a tree at most.', 4, 1, 12, { whole: true }),
  leafWeight: range('Weight of the rows in a leaf at least.', 10, 0.001, 10_000, { logarithmic: true }),
  rowShare: range('Share of the rows that each tree sees.', 0.8, 0.1, 1),
  featureShare: range('Share of the features that each tree sees.', 0.8, 0.1, 1),
  l2: range('Pull of leaves towards 0, squared.', 1, 0.0001, 1000, { logarithmic: true }),
  l1: range('Pull of leaves towards 0, absolute.', 0, 0, 100),
  splitGain: range('Loss that a split has to save.', 0, 0, 100),
  bins: range('Bins that a feature is cut into.', 256, 8, 1024, { whole: true }),
} as const satisfies Readonly<Record<string, ParameterRange>>;

type Kind = Partial<Pick<ParameterRange, 'whole' | 'logarithmic'>>;

function range(about: string, standard: number, low: number, high: number, kind: Kind = {}): ParameterRange {
  return { about, standard, low, high, whole: kind.whole ?? false, logarithmic: kind.logarithmic ?? false };
}

const NATIVE: Readonly<Record<keyof typeof XGBOOST_PARAMETERS, string>> = {
  learningRate: 'learning_rate',
  depth: 'max_depth',
  leafWeight: 'min_child_weight',
  rowShare: 'subsample',
  featureShare: 'colsample_bytree',
  l2: 'reg_lambda',
  l1: 'reg_alpha',
  splitGain: 'gamma',
  bins: 'max_bin',
};

/** Under XGBoost's own names, with objective and metric. */
export function xgboostSettings(
  parameters: Parameters,
  objective: Objective,
  seed: number,
): readonly (readonly [string, string])[] {
  const tuned = Object.entries(NATIVE).map(([name, native]) => [native, String(parameters[name])] as const);
  return [['tree_method', 'hist'], ['seed', String(seed)], ...objectiveSettings(objective), ...tuned];
}

function objectiveSettings(objective: Objective): readonly (readonly [string, string])[] {
  switch (objective.kind) {
    case 'squared-error':
      return [
        ['objective', 'reg:squarederror'],
        ['eval_metric', 'rmse'],
      ];
    case 'binary-logistic':
      // Starting at even odds makes the margin of the start exactly 0, which the scorer without the library needs.
      return [
        ['objective', 'binary:logistic'],
        ['eval_metric', 'logloss'],
        ['base_score', '0.5'],
      ];
    case 'quantile':
      return [
        ['objective', 'reg:quantileerror'],
        ['eval_metric', 'quantile'],
        ['quantile_alpha', `[${objective.quantiles.join(',')}]`],
      ];
  }
}
