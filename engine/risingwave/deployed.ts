import { createHash } from 'node:crypto';
import type { Catalog } from '../catalog/catalog.ts';
import { contentHashes } from '../postgres/deploy/hash.ts';
import { deployedName, documentationOf } from './documentation.ts';
import { connected, type Environment, objectStatement } from './objects.ts';
import { insertRows } from './text.ts';

/** Where Tickwave notes what it made on RisingWave: the texts that RisingWave gives back are no longer those it was given. */
export const DEPLOYED = 'engine_deployed';

export const DEPLOYED_TABLE = `create table ${DEPLOYED} (name varchar, kind varchar, hash varchar, documentation varchar, state varchar, primary key (name))`;

/**
 * `begun` before an object is made, `done` when it is there: RisingWave has no transaction that could hold both. `dropped` overwrites
 * the note of what is there no longer.
 */
export type DeployedState = 'begun' | 'done' | 'dropped';

export interface DeployedObject {
  readonly name: string;
  readonly kind: string;
  /** Of what decides its rows. */
  readonly hash: string;
  /** Of what is said about it; UNTOLD until it is said. */
  readonly documentation: string;
  readonly state: DeployedState;
}

/** The documentation of an object that is there and not in the catalog yet. */
export const UNTOLD = '';

/** What would be noted of each object of sql/, by its name in the table; a sink without its connector is left out. */
export function wantedObjects(catalog: Catalog, environment: Environment): Map<string, DeployedObject> {
  const wanted = new Map<string, DeployedObject>();
  const hashes = contentHashes(catalog, 'risingwave');
  for (const object of catalog.objects) {
    const statement = object.dialect === 'postgres' ? null : objectStatement(object, environment);
    if (statement === null) continue;
    const name = deployedName(object);
    wanted.set(name, {
      name,
      kind: object.kind,
      // A table with a connector is another than one without; which address it has says nothing of its rows.
      hash: digest(`${hashes.get(object.name)} ${connected(object, environment) ? 'connected' : ''}`),
      documentation: digest(documentationOf(object)),
      state: 'done',
    });
  }
  return wanted;
}

/** Notes objects in one statement. */
export function recordStatement(objects: readonly DeployedObject[], state: DeployedState): string {
  return insertRows(
    DEPLOYED,
    objects.map(({ name, kind, hash, documentation }) => [name, kind, hash, documentation, state]),
  );
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
