import { z } from 'zod';

/** The three models of a bundle, all of one algorithm, over the same features in the same order. */
export const PARTS = ['return', 'interval', 'direction'] as const;

/**
 * `return`: the log return over the horizon (squared error, 1 output). `interval`: its lower and upper quantile (quantile, 2
 * outputs). `direction`: the probability that it is above 0 (binary-logistic, 1 output).
 */
export type Part = (typeof PARTS)[number];

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const feature = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/);
const instant = z.iso.datetime();

/** Schema of `bundle.json`. */
export const descriptionSchema = z.object({
  tickwave: z.literal('bundle'),
  version: z.literal(1),
  algorithm: z.enum(['persistence', 'ridge', 'xgboost', 'lightgbm']),
  horizonMinutes: z.int().min(1).max(1440),
  /** Columns of `features`, in the order in which the models take them. */
  features: z.array(feature).min(1).max(4096).readonly(),
  /** Markets that it predicts: those it was trained on. Null: every market there is. */
  markets: z
    .array(z.object({ exchange: z.string(), symbol: z.string() }).readonly())
    .min(1)
    .readonly()
    .nullable(),
  /** Quantiles of `interval`, as 0.1 and 0.9: four in five returns should fall between them. */
  quantiles: z.tuple([z.number().gt(0).lt(1), z.number().gt(0).lt(1)]).readonly(),
  /** All that training was told beside the data: parameters, rounds, seed. */
  parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])).readonly(),
  /** Hash of the rows that it was trained on. */
  datasetHash: hash,
  /** Hash of the SQL that made those rows. */
  sqlHash: hash,
  /** What its inputs meant, as `catalog_fingerprints` said it; null in bundles of before there were any. */
  featureFingerprints: z.record(z.string(), z.string()).readonly().nullable().default(null),
  /** First and last minute of its training data, ISO 8601 in UTC. */
  trainedFrom: instant,
  trainedTo: instant,
  /** Evaluation on data that it did not see, by name: `skill`, `mae`, `directional_accuracy`. Null where there is none. */
  metrics: z.record(z.string().regex(/^[\w./-]{1,200}$/), z.number().nullable()).readonly(),
});

/** What is known of a bundle besides its models. Plain JSON. */
export type BundleDescription = z.output<typeof descriptionSchema>;

/** What training hands to the registry: all that it takes to predict, and to say what with. */
export interface Bundle {
  readonly description: BundleDescription;
  /** Each model as its `save()` gave it; `Algorithm.load` of the description's algorithm reads it. */
  readonly models: Readonly<Record<Part, Uint8Array>>;
  /** Further files for people and for rebuilding, by name, as `evaluation.json`. Kept beside the models and never read here. */
  readonly attachments: ReadonlyMap<string, Uint8Array>;
}

/** Name of a part's file. */
export function fileOf(part: Part): string {
  return `${part}.model`;
}
