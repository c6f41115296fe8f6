import { printExpression } from '../../sql/parse.ts';
import { identifier } from './restrict.ts';
import type { WindowBlock } from './windowBlock.ts';

/** Which earlier rows, and what to add to them. */
export interface EarlierRows {
  /** Without the current row. */
  readonly before?: boolean;
  /** Further columns, beginning with a comma. */
  readonly columns?: string;
  /** A further condition, beginning with ` and `. */
  readonly only?: string;
}

/** The last `back` rows before the row with the block's alias, and that row unless left out; newest first. */
export function earlierRows(
  block: WindowBlock,
  table: string,
  back: number,
  options: EarlierRows = {},
): string {
  const outer = identifier(block.alias);
  const time = identifier(block.time);
  const conditions = [
    ...block.partition.map((column) => `earlier.${identifier(column)} = ${outer}.${identifier(column)}`),
    `earlier.${time} ${options.before ? '<' : '<='} ${outer}.${time}`,
  ];
  const where = block.select.whereClause ? ` where ${printExpression(block.select.whereClause)}` : '';
  const source = where ? `(select * from ${table} as ${outer}${where})` : table;
  const limit = options.before ? back : back + 1;
  return (
    `select earlier.*${options.columns ?? ''} from ${source} as earlier where ${conditions.join(' and ')}${options.only ?? ''} ` +
    `order by earlier.${time} desc limit ${limit}`
  );
}
