import { buildCatalog } from '../../../engine/catalog/catalog.ts';
import { readStatement } from '../../../engine/catalog/statement.ts';
import { type KafkaTable, kafkaTables } from '../../../engine/kafka/table.ts';
import { parseStatements } from '../../../engine/sql/parse.ts';
import { pick, textOf } from '../../../engine/sql/tree.ts';

interface Table {
  readonly columns: readonly string[];
  readonly key: readonly string[];
  readonly keepsFirst: boolean;
}

/** Which tables there are, and what they say that PostgreSQL does not hear: which row of a key stays, where rows come from. */
export class Tables {
  readonly #tables = new Map<string, Table>();

  /** Remembers a table; gives its statement as PostgreSQL takes it, and the topic behind it. */
  add(sql: string): {
    readonly name: string;
    readonly statement: string;
    readonly topic: { readonly table: KafkaTable; readonly brokers: string } | null;
  } {
    const { parsable, keepsFirst, options } = readStatement(sql);
    const table = pick(parseStatements(parsable)[0], 'CreateStmt');
    const constraint = (table?.tableElts ?? [])
      .map((item) => pick(item, 'Constraint'))
      .find((item) => item?.keys);
    const name = table?.relation?.relname ?? '';
    this.#tables.set(name, {
      columns: (table?.tableElts ?? []).flatMap((item) => pick(item, 'ColumnDef')?.colname ?? []),
      key: (constraint?.keys ?? []).map(textOf),
      keepsFirst,
    });
    const [read] =
      options.size === 0
        ? []
        : kafkaTables(buildCatalog(new Map([[`landing/${name}.sql`, `-- One row per key.\n${sql}`]])));
    const brokers = options.get('properties.bootstrap.server') ?? '';
    return { name, statement: parsable, topic: read === undefined ? null : { table: read, brokers } };
  }

  /** What an insert says about a key that is there. */
  conflict(name: string): string {
    const table = this.#tables.get(name);
    if (!table || table.key.length === 0) return '';
    const rest = table.columns.filter((column) => !table.key.includes(column));
    if (table.keepsFirst || rest.length === 0) return ' on conflict do nothing';
    return ` on conflict (${table.key.join(', ')}) do update set ${rest.map((column) => `${column} = excluded.${column}`).join(', ')}`;
  }
}
