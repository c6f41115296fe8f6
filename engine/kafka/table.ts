import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogObject } from '../catalog/object.ts';
import { identifier } from '../postgres/compile/restrict.ts';
import { type ReadValue, readerOf } from './value.ts';

/** A landing table that a Kafka topic stands behind. */
export interface KafkaTable {
  readonly name: string;
  readonly topic: string;
  readonly columns: readonly KafkaColumn[];
  /** Takes one array of text for each column. */
  readonly insert: string;
  /** As `insert`, passing over rows whose key is there. */
  readonly insertNew: string;
}

export interface KafkaColumn {
  readonly name: string;
  /** Part of the primary key: it may not be null. */
  readonly key: boolean;
  readonly read: ReadValue;
}

/** What a file of sql/ asks of Kafka can't be done. */
export class KafkaTableError extends Error {
  override readonly name = 'KafkaTableError';
}

/** The tables of a catalog that Kafka backs: `with (connector = 'kafka', topic = …)`. */
export function kafkaTables(catalog: Catalog): KafkaTable[] {
  const tables = catalog.objects
    .filter((object) => object.kind === 'table' && object.statement.options.get('connector') === 'kafka')
    .map(kafkaTable);
  for (const [index, { name, topic }] of tables.entries()) {
    const other = tables.slice(0, index).find((table) => table.topic === topic);
    if (other)
      throw new KafkaTableError(`the tables ${other.name} and ${name} name the same topic '${topic}'`);
  }
  return tables;
}

/** Topic of each table that Kafka backs, by the table's name. */
export function kafkaTopics(catalog: Catalog): ReadonlyMap<string, string> {
  return new Map(kafkaTables(catalog).map((table) => [table.name, table.topic]));
}

function kafkaTable(object: CatalogObject): KafkaTable {
  const { options, keepsFirst } = object.statement;
  const refuse = (what: string): never => {
    throw new KafkaTableError(`sql/${object.file}: a table that Kafka backs ${what}`);
  };
  const topic = options.get('topic') ?? refuse("needs the option topic = '…'");
  const start = options.get('scan.startup.mode') ?? 'earliest';
  if (start !== 'earliest')
    refuse(`is read from its beginning: scan.startup.mode is '${start}', write 'earliest'`);
  if (!keepsFirst)
    refuse('has to keep the first row of a key: write `on conflict do nothing` after its columns');
  if (object.key.length === 0) refuse('needs a primary key, for messages may come twice');
  const names = object.columns.map((column) => identifier(column.name)).join(', ');
  const arrays = object.columns
    .map((column, index) => `$${index + 1}::${column.type ?? 'text'}[]`)
    .join(', ');
  const insert = `insert into public.${identifier(object.name)} (${names}) select * from unnest(${arrays})`;
  return {
    name: object.name,
    topic,
    columns: object.columns.map((column) => ({
      name: column.name,
      key: object.key.includes(column.name),
      read: readerOf(column.type ?? 'text'),
    })),
    insert,
    insertNew: `${insert} on conflict (${object.key.map(identifier).join(', ')}) do nothing`,
  };
}
