import type { Files } from '../../engine/versions/deployment.ts';

/** One change of sql/ as somebody makes it, from the leaves to the root: the more reads a view, the more is built anew. */
export interface Edit {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const EDITS: readonly Edit[] = [
  {
    name: 'a leaf: one more column of features',
    file: 'features/features.sql',
    from: '  base.day_of_week, -- day of the week, 0 is Sunday\n',
    to: '  base.day_of_week, -- day of the week, 0 is Sunday\n  base.hour_of_day / 24 as day_share, -- share of the day that has passed\n',
  },
  {
    name: 'an indicator: another formula in momentum, with its readers',
    file: 'indicators/momentum.sql',
    from: '100 * (close - close_60) / nullif(close_60, 0) as roc_60',
    to: '100 * (close / nullif(close_60, 0) - 1) as roc_60',
  },
  {
    name: 'the base: another rule for the trades of candles_1s, with all that stands on it',
    file: 'candles/candles_1s.sql',
    from: '  and quantity > 0 and quantity',
    to: '  and quantity > 0.0000000001 and quantity',
  },
];

/** @throws TypeError where sql/ does not have the text any more: then the edit is to be written anew */
export function edited(files: Files, { file, from, to }: Edit): Files {
  const text = files[file];
  if (text === undefined || text.split(from).length !== 2)
    throw new TypeError(`sql/${file} does not have the text once that this benchmark changes: ${from}`);
  return { ...files, [file]: text.replace(from, to) };
}
