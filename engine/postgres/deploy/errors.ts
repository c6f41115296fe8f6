import { DatabaseError } from 'pg';
import type { CatalogObject } from '../../catalog/object.ts';

/** sql/ asks for a change of a landing table that would lose rows. */
export class TableChangeError extends Error {
  override readonly name = 'TableChangeError';
}

/** PostgreSQL refused what a file of sql/ asks for. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
}

/** Says in which file the work failed: the database only knows the text that was made of it. */
export async function inFile<T>(object: CatalogObject, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof DatabaseError)) throw cause;
    throw new DeployError(`sql/${object.file}: ${cause.message}${cause.hint ? ` (${cause.hint})` : ''}`, {
      cause,
    });
  }
}
