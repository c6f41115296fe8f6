/** What the generator reads of a JSON schema. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly $ref?: string;
}

interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

/** What the generator reads of an OpenAPI document. */
export interface Document {
  readonly paths: Readonly<Record<string, { readonly get?: Operation }>>;
}

const HEAD = `// Written by \`npm run client-types\` from the API's own document; a test holds it against the document of today.

/** What the API answers, and what it may be asked, by path. Exact numbers are text, times ISO 8601 in UTC. */
export interface Paths {`;

/** TypeScript for the answers of these paths, as the document describes them. */
export function clientTypes(document: Document, paths: readonly string[]): string {
  const members = paths.flatMap((path) => {
    const operation = document.paths[path]?.get;
    const schema = operation?.responses['200']?.content?.['application/json']?.schema;
    if (operation === undefined || schema === undefined) return [];
    const asked = (operation.parameters ?? []).map(
      ({ name, required, schema }) =>
        `readonly ${property(name)}${required ? '' : '?'}: ${typeOf(schema)}${required ? '' : ' | undefined'}`,
    );
    return [
      `  readonly '${path}': {`,
      `    readonly query: ${object(asked, 3)};`,
      `    readonly answer: ${typeOf(schema, 3)};`,
      '  };',
    ];
  });
  return `${[HEAD, ...members, '}'].join('\n')}\n`;
}

function typeOf(schema: Schema, depth = 3): string {
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum) return schema.enum.map(literal).join(' | ');
  if (schema.anyOf) return [...new Set(schema.anyOf.map((one) => typeOf(one, depth)))].join(' | ');
  const types = schema.type === undefined ? [] : [schema.type].flat();
  const names = types.map((type) => named(type, schema, depth));
  return names.length === 0 ? 'unknown' : [...new Set(names)].join(' | ');
}

function named(type: string, schema: Schema, depth: number): string {
  if (type === 'integer') return 'number';
  if (type === 'array') return arrayOf(schema.items ? typeOf(schema.items, depth) : 'unknown');
  if (type !== 'object') return type;
  const required = new Set(schema.required);
  const members = Object.entries(schema.properties ?? {}).map(
    ([name, one]) => `readonly ${property(name)}${required.has(name) ? '' : '?'}: ${typeOf(one, depth + 1)}`,
  );
  if (members.length > 0) return object(members, depth);
  const { additionalProperties: other } = schema;
  return `Readonly<Record<string, ${typeof other === 'object' ? typeOf(other, depth) : 'unknown'}>>`;
}

function arrayOf(item: string): string {
  return /^\w+$|^\{/.test(item) && !item.includes('} |') ? `readonly ${item}[]` : `readonly (${item})[]`;
}

function object(members: readonly string[], depth: number): string {
  const indent = '  '.repeat(depth);
  return members.length === 0
    ? 'Readonly<Record<string, never>>'
    : `{\n${members.map((one) => `${indent}${one};\n`).join('')}${indent.slice(2)}}`;
}

function property(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
