import type { CatalogObject } from '../catalog/object.ts';
import { ConnectorOptionError } from './errors.ts';
import { literal } from './text.ts';

/** Values for the placeholders in connector options, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PLACEHOLDER = /\$\{(\w+)\}/g;

/**
 * The statement that makes an object on RisingWave, placeholders filled in. Without any of the values that its connector asks for
 * a table has no connector, and a sink is not made: null.
 */
export function objectStatement(object: CatalogObject, environment: Environment): string | null {
  const { statement } = object;
  if (connected(object, environment)) return filled(statement.body, environment);
  if (object.kind !== 'table') return null;
  return statement.keepsFirst ? `${statement.parsable} on conflict do nothing` : statement.parsable;
}

/** Whether the environment has what the object's connector asks for; true of objects that ask for nothing. */
export function connected(object: CatalogObject, environment: Environment): boolean {
  const { statement } = object;
  const names = [...new Set([...statement.body.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ''))];
  const missing = names.filter((name) => !environment[name]);
  if (missing.length > 0 && missing.length < names.length)
    throw new ConnectorOptionError(
      `sql/${object.file} asks for ${names.join(', ')}, of which ${missing.join(', ')} is not set; set all of them, or none to do without the connector`,
    );
  return missing.length === 0;
}

/** A placeholder stands between quotes. */
function filled(body: string, environment: Environment): string {
  return body.replace(PLACEHOLDER, (_, name: string) => literal(environment[name] ?? '').slice(1, -1));
}
