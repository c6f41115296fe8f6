import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { number, optional, text, type Variable } from '../variable.ts';

function isDatabaseAddress(value: string): boolean {
  return URL.canParse(value) && /^postgres(ql)?:$/.test(new URL(value).protocol);
}

const port = z.number().int().min(1).max(65_535);
const packagedSql = fileURLToPath(new URL('../../sql', import.meta.url));

/** Where data lives and which SQL runs on it. */
export const STORAGE = {
  DATA_DIR: text(
    'Folder of the embedded database, its passwords and its port. Made when it is not there.',
    './data',
    'the path of a folder',
  ),
  DATABASE_URL: {
    about:
      "A PostgreSQL 18 or a RisingWave 2.8 of your own instead of the embedded database: its owner's address, with password.",
    standard: null,
    allowed: 'an address such as postgresql://user:password@host:5432/tickwave',
    schema: z.string().refine(isDatabaseAddress),
    secret: true,
  } satisfies Variable<string>,
  DATABASE_PORT: optional(
    number(
      'Port of the embedded database. Without it: the one it had before, else a free one.',
      '',
      'a whole number from 1 to 65535',
      port,
    ),
  ),
  ANALYST_ROLE: {
    about: 'Role on the RisingWave of DATABASE_URL that may read everything; it has to be there.',
    standard: null,
    allowed: 'a name of small letters, digits and underscores',
    schema: z.string().regex(/^[a-z_][a-z0-9_]*$/),
  } satisfies Variable<string>,
  SQL_DIR: text('Folder of the SQL that is run.', packagedSql, 'the path of a folder'),
  NOTIFY_VIEWS: {
    about: 'Views whose changed keys are told by NOTIFY, on the channel tickwave_<view>.',
    standard: null,
    allowed: 'names of views with commas between them',
    schema: z
      .string()
      .transform((names) => names.split(',').map((name) => name.trim()))
      .pipe(z.array(z.string().regex(/^\w+$/))),
  } satisfies Variable<string[]>,
} as const;
