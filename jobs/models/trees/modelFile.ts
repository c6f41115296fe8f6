import { z } from 'zod';
import { ModelError, said, UnreadableModel } from '../errors.ts';
import { decodeUbj } from './ubj.ts';

// XGBoost's models (doc/model.schema in its sources): what scoring needs, and what the library would follow out of its memory
// if it were damaged.

const wholes = z.array(z.int32());
const none = z.array(z.unknown()).max(0, 'categories are not scored').optional();
const numberText = z.string().transform(Number);

/** `[1E-1,9E-1]` or `5E-1`: a list since 3.1, one number before. */
const numbersText = z
  .string()
  .transform((text) =>
    text
      .replace(/^\[|\]$/g, '')
      .split(',')
      .map(Number),
  )
  .refine((numbers) => numbers.every(Number.isFinite));

const treeSchema = z.object({
  id: z.int(),
  left_children: wholes,
  right_children: wholes,
  split_indices: wholes,
  split_conditions: z.array(z.number()),
  default_left: wholes,
  split_type: wholes.optional(),
  parents: wholes,
  loss_changes: z.array(z.number()),
  base_weights: z.array(z.number()),
  sum_hessian: z.array(z.number()),
  categories: none,
  categories_nodes: none,
  categories_segments: none,
  categories_sizes: none,
  tree_param: z.object({
    num_nodes: numberText,
    num_feature: numberText,
    num_deleted: numberText,
    size_leaf_vector: numberText.optional(),
  }),
});

const modelSchema = z.object({
  version: z.array(z.int()),
  learner: z.object({
    feature_names: z.array(z.string()),
    learner_model_param: z.object({ base_score: numbersText, num_feature: numberText }),
    objective: z.object({
      name: z.string(),
      quantile_loss_param: z.object({ quantile_alpha: numbersText }).optional(),
    }),
    gradient_booster: z.object({
      name: z.literal('gbtree', 'only gbtree models are scored'),
      model: z.object({
        gbtree_model_param: z.object({ num_trees: numberText, num_parallel_tree: numberText }),
        iteration_indptr: wholes,
        tree_info: wholes,
        trees: z.array(treeSchema),
      }),
    }),
  }),
});

/** What a model file says, checked in its types; `readForest` checks that its trees are trees. */
export type ModelFile = z.output<typeof modelSchema>;
/** One tree of it. */
export type TreeFile = z.output<typeof treeSchema>;

/** Reads XGBoost's JSON or UBJ. @throws UnreadableModel when it is no model of trees */
export function readModelFile(bytes: Uint8Array): ModelFile {
  try {
    return modelSchema.parse(isJson(bytes) ? JSON.parse(new TextDecoder().decode(bytes)) : decodeUbj(bytes));
  } catch (error) {
    if (error instanceof ModelError) throw error;
    throw new UnreadableModel(
      `The model cannot be read (${why(error)});`,
      "it has to be an undamaged model of trees in XGBoost's JSON or UBJ.",
      { cause: error },
    );
  }
}

/** Both begin with a brace; a name in JSON with a quotation mark, in UBJ with its length. */
function isJson(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7b && (bytes[1] === 0x22 || /\s/.test(String.fromCharCode(bytes[1] ?? 0)));
}

function why(error: unknown): string {
  if (!(error instanceof z.ZodError)) return said(error);
  return error.issues
    .slice(0, 2)
    .map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('; ');
}
