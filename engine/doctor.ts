import { type Check, type DoctorOptions, fail } from './doctor/check.ts';
import { checkDatabase } from './doctor/database.ts';
import { checkDataVersion, checkDisk, checkFolder, checkPorts } from './doctor/folder.ts';
import { checkBinaries, checkClock, checkKafka, checkNode } from './doctor/machine.ts';
import { locatePackage } from './postgres/server/binaries.ts';
import { ServerError } from './postgres/server/errors.ts';

export type { Check, DoctorOptions } from './doctor/check.ts';

type Examination = (options: DoctorOptions) => Check | readonly Check[] | Promise<Check | readonly Check[]>;

const EXAMINATIONS: readonly (readonly [name: string, examine: Examination])[] = [
  ['Node', (options) => checkNode(options)],
  ['PostgreSQL', checkBinaries],
  ['data folder', checkFolder],
  [
    'data version',
    (options) => checkDataVersion(options, Number.parseInt(locatePackage().version, 10).toString()),
  ],
  ['disk space', checkDisk],
  ['ports', checkPorts],
  ['clock', checkClock],
  ['Kafka client', (options) => checkKafka(options)],
  ['database', checkDatabase],
];

// These are about the embedded server's folder.
const EMBEDDED_ONLY = new Set(['data version']);

/**
 * Looks at everything that usually stands between a machine and a running Tickwave. Changes nothing but that the
 * binaries may be completed, as a start would do; prints nothing.
 *
 * @example
 * const checks = await examine({ dataDir: 'data', clock: systemClock });
 * const healthy = checks.every((check) => check.outcome !== 'fail');
 */
export async function examine(options: DoctorOptions): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const [name, look] of EXAMINATIONS) {
    if (options.databaseUrl !== undefined && EMBEDDED_ONLY.has(name)) continue;
    try {
      checks.push(...[await look(options)].flat());
    } catch (error) {
      const remedy =
        error instanceof ServerError ? error.remedy : 'Unforeseen: please report it with this text';
      const text = error instanceof Error ? error.message : String(error);
      checks.push(fail(name, error instanceof ServerError ? text.replace(`. ${remedy}`, '') : text, remedy));
    }
  }
  return checks;
}
