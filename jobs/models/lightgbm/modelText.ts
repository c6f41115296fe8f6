import { UnreadableModel } from '../errors.ts';
import type { Objective } from '../objective.ts';

/** What is needed of a model's text, and that its trees are whole: the library follows a damaged tree out of its memory. */
export interface ModelText {
  readonly features: readonly string[];
  readonly objective: string;
  /** Of a quantile's model. */
  readonly alpha: number | null;
}

/** @throws UnreadableModel when the text is cut off, damaged or of a kind that is not supported */
export function readModelText(text: string): ModelText {
  const [header = '', ...rest] = text.split(/^(?=Tree=\d+$)/m);
  const whole = ['\nend of trees\n', '\nend of parameters\n'].every((mark) => text.includes(mark));
  if (!header.startsWith('tree\n') || !whole) throw damaged('it is cut off');
  const fields = fieldsOf(header);
  const features = (fields.get('feature_names') ?? '').split(' ').filter((name) => name !== '');
  const single = ['num_class', 'num_tree_per_iteration'].every((name) => fields.get(name) === '1');
  if (!single || fields.get('max_feature_idx') !== String(features.length - 1))
    throw damaged('its header does not fit its features or outputs');
  const last = rest.pop();
  const blocks = last === undefined ? [] : [...rest, last.slice(0, last.indexOf('end of trees'))];
  const sizes = numbers(fields.get('tree_sizes'));
  if (blocks.length === 0 || sizes.length !== blocks.length) throw damaged('trees are missing');
  for (const [index, block] of blocks.entries()) {
    if (block.length !== sizes[index]) throw damaged(`tree ${index} is of another size than the header says`);
    checkTree(fieldsOf(block), index, features.length);
  }
  const alpha = /^\[alpha: ([^\]]+)\]$/m.exec(text)?.[1];
  return {
    features,
    objective: fields.get('objective') ?? '',
    alpha: alpha === undefined ? null : Number(alpha),
  };
}

/** The objective that several texts make together. @throws UnreadableModel */
export function objectiveOf(texts: readonly ModelText[]): Objective {
  const names = new Set(texts.map(({ objective }) => objective.split(' ')[0]));
  const [name] = names;
  if (names.size === 1 && name === 'quantile')
    return { kind: 'quantile', quantiles: texts.map(({ alpha }) => alpha ?? Number.NaN) };
  if (texts.length === 1 && name === 'regression') return { kind: 'squared-error' };
  if (texts.length === 1 && (name === 'cross_entropy' || texts[0]?.objective === 'binary sigmoid:1'))
    return { kind: 'binary-logistic' };
  throw damaged(`its objective is ${[...names].join(', ')}`);
}

const LEAVES = ['leaf_value', 'leaf_weight', 'leaf_count'];
const SPLITS = [
  'threshold',
  'decision_type',
  'split_gain',
  'internal_value',
  'internal_weight',
  'internal_count',
];

function checkTree(fields: ReadonlyMap<string, string>, index: number, features: number): void {
  const leaves = Number(fields.get('num_leaves'));
  const splits = leaves - 1;
  if (numbers(fields.get('shrinkage')).length !== 1) throw damaged(`tree ${index} has no shrinkage`);
  if (!Number.isInteger(leaves) || leaves < 1) throw damaged(`tree ${index} has no leaves`);
  // A tree of one leaf has its value alone.
  for (const name of splits === 0 ? ['leaf_value'] : LEAVES)
    if (numbers(fields.get(name)).length !== leaves) throw damaged(`tree ${index} lacks a ${name}`);
  if (Number(fields.get('num_cat')) !== 0 || Number(fields.get('is_linear')) !== 0)
    throw damaged(`tree ${index} has categories or linear leaves, which are not supported`);
  if (splits === 0) return;
  const split = (name: string): readonly number[] => {
    const column = numbers(fields.get(name));
    if (column.length !== splits) throw damaged(`tree ${index} has ${column.length} of ${splits} in ${name}`);
    return column;
  };
  for (const name of SPLITS) split(name);
  // Bit 0 is a category; 1 the default side, 2 and 3 what counts as missing.
  if (split('decision_type').some((type) => type % 2 !== 0 || type < 0 || type > 10))
    throw damaged(`tree ${index} has a decision_type that is not supported`);
  if (split('split_feature').some((feature) => !(feature >= 0 && feature < features)))
    throw damaged(`tree ${index} asks for a feature that is not there`);
  // Leaf l is written as -l - 1. Each node and leaf hangs on one split, so that every walk ends.
  const children = new Set([...split('left_child'), ...split('right_child')]);
  const inside = [...children].every(
    (child) => Number.isInteger(child) && child >= -leaves && child < splits,
  );
  if (children.size !== 2 * splits || children.has(0) || !inside) throw damaged(`tree ${index} is no tree`);
}

function fieldsOf(block: string): ReadonlyMap<string, string> {
  return new Map(
    block.split('\n').flatMap((line) => {
      const cut = line.indexOf('=');
      return cut < 0 ? [] : [[line.slice(0, cut), line.slice(cut + 1)] as const];
    }),
  );
}

/** As C writes them: a split of missing values from all others has the threshold inf. */
function numbers(text = ''): readonly number[] {
  const parts = text.split(' ').filter((part) => part !== '');
  const list = parts.map((part) => (/^-?inf$/.test(part) ? Infinity : Number(part)));
  if (list.some(Number.isNaN)) throw damaged('a number in it is none');
  return list;
}

function damaged(what: string): UnreadableModel {
  return new UnreadableModel(
    `The LightGBM model cannot be read (${what});`,
    'load an undamaged text of a LightGBM model of squared error, direction or quantiles.',
  );
}
