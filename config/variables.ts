import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** One variable of the environment: what it is for, what it is when it is not set, and what is allowed. */
export interface Variable<Value> {
  readonly about: string;
  /** As it would be written in the environment; null when there is none. */
  readonly standard: string | null;
  /** Ends the sentence "PORT is 'x'; it has to be …". */
  readonly allowed: string;
  readonly schema: z.ZodType<Value, string>;
  /** Its value is never shown. */
  readonly secret?: true;
  /** Accepted, and not used yet. */
  readonly later?: true;
}

function text(about: string, standard: string, allowed: string): Variable<string> {
  return { about, standard, allowed, schema: z.string().min(1) };
}

function number(about: string, standard: string, allowed: string, schema: z.ZodNumber): Variable<number> {
  const digits = z
    .string()
    .trim()
    .regex(/^-?\d+(\.\d+)?$/);
  return { about, standard, allowed, schema: digits.transform(Number).pipe(schema) };
}

function choice<const Values extends readonly [string, ...string[]]>(
  about: string,
  standard: string,
  values: Values,
): Variable<Values[number]> {
  return { about, standard, allowed: `one of ${values.join(', ')}`, schema: z.enum(values) };
}

function optional<Value>(variable: Variable<Value>): Variable<Value> & { readonly standard: null } {
  return { ...variable, standard: null };
}

function later(about: string, allowed: string): Variable<string> & { readonly standard: null } {
  return { about, standard: null, allowed, schema: z.string().min(1), later: true };
}

function isDatabaseAddress(value: string): boolean {
  return URL.canParse(value) && /^postgres(ql)?:$/.test(new URL(value).protocol);
}

const port = z.number().int().min(1).max(65_535);
const portOrAny = z.number().int().min(0).max(65_535);
const speed = z.union([
  z.literal('max'),
  z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number)
    .pipe(z.number().positive()),
]);
const packagedSql = fileURLToPath(new URL('../sql', import.meta.url));

/** Every variable that Tickwave reads; the documentation and `.env.example` are checked against it. */
export const VARIABLES = {
  DATA_DIR: text(
    'Folder of the embedded database, its passwords and its port. Made when it is not there.',
    './data',
    'the path of a folder',
  ),
  PORT: number(
    'Port of the HTTP API. 0 takes a free one.',
    '8080',
    'a whole number from 0 to 65535',
    portOrAny,
  ),
  HOST: choice(
    'Address that the HTTP API listens on. It has no keys yet, so it serves this machine only.',
    '127.0.0.1',
    ['127.0.0.1', '::1', 'localhost'],
  ),
  DATABASE_URL: {
    about: "A PostgreSQL 18 of your own instead of the embedded one: its owner's address, with password.",
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
  LOG_LEVEL: choice('How much is said on stderr. With debug, errors come with their stack.', 'info', [
    'silent',
    'error',
    'warn',
    'info',
    'debug',
  ]),
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
  SIMULATOR_SEED: number(
    'The same seed gives the same simulated market.',
    '42',
    'a whole number from 0 to 9007199254740991',
    z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  ),
  SIMULATOR_MARKETS: number(
    'How many markets are simulated.',
    '4',
    'a whole number from 1 to 20',
    z.number().int().min(1).max(20),
  ),
  SIMULATOR_RATE: number(
    'Simulated trades a second, all markets together, in the long run.',
    '20',
    'a number above 0 and at most 100000',
    z.number().positive().max(100_000),
  ),
  SIMULATOR_HISTORY: number(
    'Hours of minutes that are simulated before the first live trade.',
    '24',
    'a number from 0 to 720',
    z.number().min(0).max(720),
  ),
  SIMULATOR_OUTAGES: number(
    'Outages of the simulated exchange a day. Features that reach over one are not complete.',
    '0',
    'a number from 0 to 100',
    z.number().min(0).max(100),
  ),
  REPLAY_SPEED: {
    about: 'Pace of a replay: 1 is real time, 10 ten times as fast, max as fast as the database takes it.',
    standard: 'max',
    allowed: "'max' or a number above 0",
    schema: speed,
  } satisfies Variable<number | 'max'>,
  KAFKA_BROKERS: later('Kafka brokers that trades come from.', 'host:port, or several with commas'),
  ELASTICSEARCH_URL: later('Elasticsearch for the monitoring index.', 'an address'),
  MLFLOW_TRACKING_URI: later('MLflow for the models.', 'an address'),
} as const;

/** The name of a variable. */
export type VariableName = keyof typeof VARIABLES;
