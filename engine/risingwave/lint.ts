import type { Catalog } from '../catalog/catalog.ts';
import type { SqlProblem } from '../catalog/problem.ts';
import { lineAt } from '../catalog/statement.ts';
import { checkDialect } from './dialect.ts';

/** What of sql/ RisingWave would reject, or was not seen to take: the same files run on both engines. */
export function lintDialect(catalog: Catalog): SqlProblem[] {
  return catalog.objects
    .filter((object) => object.dialect !== 'postgres')
    .flatMap(({ file, statement }) =>
      checkDialect(statement.body).map(({ code, message, suggestion, at }) => ({
        file,
        line: lineAt(statement.text, statement.offset + at),
        code: `risingwave-${code}`,
        message,
        suggestion,
      })),
    );
}
