import { UnreadableModel } from '../errors.ts';
import type { ModelFile, TreeFile } from './modelFile.ts';

/** @throws UnreadableModel when the parts of a model do not fit each other */
export function checkTrees(learner: ModelFile['learner']): void {
  const { trees, tree_info, iteration_indptr, gbtree_model_param } = learner.gradient_booster.model;
  if (gbtree_model_param.num_trees !== trees.length || tree_info.length !== trees.length)
    throw damaged('trees are missing');
  const rising = iteration_indptr.every((tree, round) => tree >= (iteration_indptr[round - 1] ?? 0));
  if (!rising || iteration_indptr[0] !== 0 || iteration_indptr.at(-1) !== trees.length)
    throw damaged('its rounds do not add up to its trees');
  for (const [index, tree] of trees.entries()) {
    if (tree.id !== index) throw damaged(`tree ${index} has the number ${tree.id}`);
    checkColumns(tree, index, learner.learner_model_param.num_feature);
    checkShape(tree, index);
  }
}

function checkColumns(tree: TreeFile, index: number, features: number): void {
  const { tree_param: sizes, left_children, split_indices } = tree;
  const nodes = left_children.length;
  const columns = [
    tree.right_children,
    tree.parents,
    split_indices,
    tree.split_conditions,
    tree.default_left,
    tree.loss_changes,
    tree.base_weights,
    tree.sum_hessian,
    tree.split_type ?? left_children,
  ];
  if (nodes === 0 || columns.some((column) => column.length !== nodes))
    throw damaged(`tree ${index} has columns of different lengths`);
  if (
    sizes.num_nodes !== nodes ||
    sizes.num_feature !== features ||
    sizes.num_deleted < 0 ||
    sizes.num_deleted >= nodes
  )
    throw damaged(`tree ${index} is of another size than it says`);
  if (sizes.size_leaf_vector !== undefined && sizes.size_leaf_vector > 1)
    throw damaged(`tree ${index} has leaves of several values, which are not scored`);
  if (tree.split_type?.some((type) => type !== 0))
    throw damaged(`tree ${index} has categories, which are not scored`);
  const beyond = split_indices.find((feature) => feature < 0 || feature >= features);
  if (beyond !== undefined) throw damaged(`tree ${index} asks for feature ${beyond} of ${features}`);
}

/** Every walk has to end: each node has one parent at most and the first has none, so what hangs on the first is a tree. */
function checkShape({ left_children, right_children, parents }: TreeFile, index: number): void {
  const nodes = left_children.length;
  const hung = new Uint8Array(nodes);
  for (let node = 0; node < nodes; node++) {
    const left = left_children[node] ?? -1;
    const right = right_children[node] ?? -1;
    if (left === -1 && right === -1) continue;
    for (const child of [left, right]) {
      if (child <= 0 || child >= nodes || hung[child] === 1 || parents[child] !== node)
        throw damaged(`node ${node} of tree ${index} has the child ${child}`);
      hung[child] = 1;
    }
  }
}

/** A model that cannot be scored. */
export function damaged(what: string): UnreadableModel {
  return new UnreadableModel(`The model cannot be scored (${what});`, 'load an undamaged model of trees.');
}
