import { pick, treeKey, walk } from '../sql/tree.ts';
import type { Catalog } from './catalog.ts';
import { suggestName } from './nearest.ts';
import type { CatalogObject } from './object.ts';
import type { SqlProblem } from './problem.ts';
import { lineOfWord } from './read.ts';

/** Functions whose result changes while no row does: a stored view can't follow them. */
const AMBIENT =
  /^(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random|gen_random_uuid)$/;

/** Columns of the tables in which the engine keeps slices beside the columns of their partition. */
const ENGINE_COLUMNS = /^(lo|hi|number|long|unused|op|touched|read_\d+_(lo|hi)|chunk|slice_lo|slice_hi)$/;

/** What must hold of each object beyond its syntax. */
export function checkObject(object: CatalogObject, catalog: Catalog): SqlProblem[] {
  const problems: SqlProblem[] = [];
  const report = (code: string, word: string, message: string, suggestion: string): void => {
    problems.push({ file: object.file, line: lineOfWord(object, word), code, message, suggestion });
  };
  const file = object.file.split('/').pop() ?? '';
  if (!object.header.summary) {
    report(
      'header',
      object.name,
      `'${object.name}' has no header`,
      'begin the file with one sentence on what it is for, with its grain',
    );
  }
  if (object.kind !== 'function' && file !== `${object.name}.sql`) {
    report(
      'file-name',
      object.name,
      `'${object.name}' is defined in ${file}`,
      `rename the file to ${object.name}.sql`,
    );
  }
  if (object.kind === 'materialized view') problems.push(...checkStored(object, catalog));
  if (object.kind === 'table' && object.key.length === 0) {
    report(
      'key',
      object.name,
      `table '${object.name}' has no primary key`,
      'state which columns identify a row: primary key (…)',
    );
  }
  const names = object.columns.map((column) => column.name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated)
    report('column', repeated, `column '${repeated}' is there twice`, 'name one of them anew with as');
  return problems;
}

function checkStored(object: CatalogObject, catalog: Catalog): SqlProblem[] {
  const problems: SqlProblem[] = [];
  const report = (code: string, word: string, message: string, suggestion: string): void => {
    problems.push({ file: object.file, line: lineOfWord(object, word), code, message, suggestion });
  };
  const names = object.columns.map((column) => column.name);
  if (object.key.length === 0) {
    report(
      'grain',
      object.name,
      `'${object.name}' states no grain`,
      "add a header line such as '-- grain: exchange, symbol, window_start'",
    );
  }
  for (const column of [...object.key, ...(object.header.time ? [object.header.time] : [])]) {
    if (!names.includes(column)) {
      report(
        'grain',
        object.name,
        `grain or time column '${column}' is not a column of '${object.name}'`,
        suggestName(column, names),
      );
    }
  }
  const taken = object.key.find((column) => ENGINE_COLUMNS.test(column));
  if (taken)
    report(
      'engine-name',
      taken,
      `grain column '${taken}' has a name that the engine's own tables use`,
      `name it anew with as, for example ${taken}_value`,
    );
  walk(catalog.expanded(object), (key, node) => {
    const call = key === 'FuncCall' ? pick({ FuncCall: node }, 'FuncCall') : undefined;
    const called = call ? treeKey(call.funcname).match(/"sval":"(\w+)"\}\}\]$/)?.[1] : undefined;
    if ((called && AMBIENT.test(called)) || key === 'SQLValueFunction') {
      report(
        'ambient',
        called ?? 'current_timestamp',
        `'${object.name}' is stored but depends on the moment it is asked (${called ?? 'current time'})`,
        'make it a plain view, which is computed when read',
      );
    }
    return true;
  });
  return problems;
}
