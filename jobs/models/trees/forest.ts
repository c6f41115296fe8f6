import { checkTrees, damaged } from './damage.ts';
import type { ModelFile, TreeFile } from './modelFile.ts';

/** Trees in flat arrays, one entry a node; a node's number counts over all trees. */
export interface Forest {
  /** Index of the feature that the node asks for, or -1 for a leaf. */
  readonly feature: Int32Array;
  /** A value below it goes left; of a leaf: what it adds. */
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Where a missing value goes. */
  readonly missing: Int32Array;
  /** What the split saved of the loss; 0 for a leaf. */
  readonly gain: Float32Array;
  /** First nodes of the trees of each output, in the order in which the library adds them. */
  readonly roots: readonly Int32Array[];
}

/** @throws UnreadableModel when nodes do not form trees, or a tree is of a kind that is not scored */
export function readForest({ learner }: ModelFile, outputs: number): Forest {
  const { trees, tree_info } = learner.gradient_booster.model;
  checkTrees(learner);
  const nodes = trees.reduce((sum, tree) => sum + tree.left_children.length, 0);
  const roots: number[][] = Array.from({ length: outputs }, () => []);
  const forest = {
    feature: new Int32Array(nodes),
    threshold: new Float32Array(nodes),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    missing: new Int32Array(nodes),
    gain: new Float32Array(nodes),
  };
  let first = 0;
  for (const [index, tree] of trees.entries()) {
    const output = roots[tree_info[index] ?? -1];
    if (output === undefined) throw damaged(`tree ${index} belongs to no output`);
    output.push(first);
    copyTree(tree, first, forest);
    first += tree.left_children.length;
  }
  return { ...forest, roots: roots.map((list) => Int32Array.from(list)) };
}

function copyTree(tree: TreeFile, first: number, forest: Omit<Forest, 'roots'>): void {
  for (let node = 0; node < tree.left_children.length; node++) {
    const left = tree.left_children[node] ?? -1;
    const right = tree.right_children[node] ?? -1;
    const at = first + node;
    forest.threshold[at] = tree.split_conditions[node] ?? Number.NaN;
    forest.feature[at] = left === -1 ? -1 : (tree.split_indices[node] ?? -1);
    forest.left[at] = first + left;
    forest.right[at] = first + right;
    forest.missing[at] = first + (tree.default_left[node] === 1 ? left : right);
    forest.gain[at] = left === -1 ? 0 : (tree.loss_changes[node] ?? 0);
  }
}
