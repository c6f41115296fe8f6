import { z } from 'zod';
import type { Reply, Rows } from './caching.ts';
import type { Catalog, ServedView } from './catalog.ts';
import type { Context } from './context.ts';
import { Problem, type ProblemCode } from './problem.ts';

/** What a route answers: the JSON of its body, the same with headers, or rows. */
export type Answer = Rows | Reply | unknown;

/** Who may ask: everybody, keys that may read (on this machine everybody), or keys with the admin scope. */
export type Access = 'open' | 'read' | 'admin';

/** What a request brings, each part checked by the route's schema. */
export interface Asked<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Name of the key that was shown, for the log and for rows that say who began something. */
  readonly by: string;
}

/** What the schema of an answer may depend on. */
export interface Described {
  readonly catalog: Pick<Catalog, 'columns'>;
}

/** One path of the API: what is served, what it may be asked, and how the answer looks. */
export interface Route {
  readonly method: 'get' | 'post' | 'delete';
  /** As OpenAPI writes it: `/v1/candles/{symbol}`. */
  readonly path: string;
  /** The operation's name in generated clients. */
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly access: Access;
  /** Status of a good answer. */
  readonly status: 200 | 202;
  /** Whether it answers `Rows`, which may be asked for as CSV and NDJSON too. */
  readonly rows: boolean;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** What the request has to bring; null when it has no body. */
  readonly body: z.ZodType | null;
  /** The schema of the answer, which may depend on what the SQL defines today. */
  readonly answer: (context: Described) => Promise<z.ZodType>;
  /** Views that it is answered from and whose columns are named in that schema itself. */
  readonly reads?: readonly ServedView[];
  /** Headers that its good answers have beside those of all, with what they say. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Errors beside those that any path may answer. */
  readonly problems: readonly ProblemCode[];
  readonly handle: (asked: Asked<unknown, unknown, unknown>, context: Context) => Promise<Answer>;
}

type Optional = 'method' | 'access' | 'status' | 'rows' | 'body';

interface Reading<P extends z.ZodObject, Q extends z.ZodObject>
  extends Omit<Route, Optional | 'handle' | 'params' | 'query'>,
    Partial<Pick<Route, 'access' | 'rows'>> {
  readonly params: P;
  readonly query: Q;
  readonly handle: (params: z.output<P>, query: z.output<Q>, context: Context) => Promise<Answer>;
}

/** Defines a path that is read: the schemas that describe it in the OpenAPI document are those that check its requests. */
export function route<P extends z.ZodObject, Q extends z.ZodObject>(definition: Reading<P, Q>): Route {
  return {
    method: 'get',
    access: 'read',
    status: 200,
    rows: false,
    body: null,
    ...definition,
    handle: async ({ params, query }, context) =>
      definition.handle(check(definition.params, params), check(definition.query, query), context),
  };
}

interface Action<P extends z.ZodObject, B extends z.ZodType>
  extends Omit<Route, 'handle' | 'params' | 'body' | 'access' | 'rows' | 'query'> {
  readonly params: P;
  readonly body: B;
  readonly handle: (asked: Asked<z.output<P>, unknown, z.output<B>>, context: Context) => Promise<Answer>;
}

/** Defines a path that changes something, for keys with the admin scope. */
export function action<P extends z.ZodObject, B extends z.ZodType>(definition: Action<P, B>): Route {
  return {
    access: 'admin',
    rows: false,
    query: NOTHING,
    ...definition,
    handle: async ({ params, query, body, by }, context) =>
      definition.handle(
        {
          params: check(definition.params, params),
          query: check(NOTHING, query),
          body: check(definition.body, body),
          by,
        },
        context,
      ),
  };
}

const NOTHING = z.strictObject({});

function check<S extends z.ZodType>(schema: S, given: unknown): z.output<S> {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  // One at a time: the first is what a person mends first.
  const [issue] = read.error.issues;
  if (issue?.code === 'unrecognized_keys') throw unknownParameter(issue.keys[0] ?? '', knownTo(schema));
  const field = (issue?.path ?? []).join('.');
  const value = issue?.path.reduce<unknown>(
    (at, step) => (at as Readonly<Record<PropertyKey, unknown>> | undefined)?.[step],
    given,
  );
  if (Array.isArray(value) && field !== '') {
    throw new Problem('bad_parameter', {
      detail: `${field} is given ${value.length} times: give it once`,
      field,
    });
  }
  throw new Problem('bad_parameter', {
    detail: `${field === '' ? 'the body' : field} is ${value === undefined ? 'missing' : shown(value)}: ${issue?.message}`,
    field: field === '' ? 'body' : field,
  });
}

function knownTo(schema: z.ZodType): readonly string[] {
  const { shape } = schema as { readonly shape?: object };
  return Object.keys(shape ?? {});
}

function shown(value: unknown): string {
  return `'${shorten(typeof value === 'object' ? JSON.stringify(value) : String(value))}'`;
}

function unknownParameter(name: string, allowed: readonly string[]): Problem {
  const known = allowed.length > 0 ? `Known here: ${allowed.join(', ')}` : 'This path takes none';
  return new Problem('unknown_parameter', {
    detail: `There is no parameter '${shorten(name)}'. ${known}`,
    field: shorten(name),
    more: { allowed },
  });
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
