import { connect, refused, refusedAsThere } from '../../engine/risingwave/connection.ts';
import type { RisingwaveEngineOptions } from '../../engine/risingwave/engine.ts';
import { risingwaveStatements } from '../../engine/risingwave/statements.ts';

/**
 * Sends every statement that puts sql/ there, past those that are refused: what, its text's first line and why. One run on a
 * RisingWave tells all that is wrong for it, and not the first of it.
 */
export async function everyRefusal(options: RisingwaveEngineOptions): Promise<string[]> {
  const found: string[] = [];
  const client = await connect(options.url, 'tickwave parity');
  try {
    for (const { what, sql } of risingwaveStatements(options.catalog, options)) {
      try {
        await client.query(sql);
      } catch (error) {
        if (!refused(error)) throw error;
        if (!refusedAsThere(error)) found.push(`${what} (${sql.split('\n')[0]}): ${error.message}`);
      }
    }
  } finally {
    await client.end();
  }
  return found;
}
