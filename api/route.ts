import type { z } from 'zod';
import type { Context } from './context.ts';
import { Problem, type ProblemCode } from './problem.ts';

/** What a route answers: JSON, status 200. */
export type Answer = unknown;

/** One path of the API: what is served, what it may be asked, and how the answer looks. */
export interface Route {
  /** As OpenAPI writes it: `/v1/candles/{symbol}`. */
  readonly path: string;
  /** The operation's name in generated clients. */
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** The schema of the answer, which may depend on what the SQL defines today. */
  readonly answer: (context: Context) => Promise<z.ZodType>;
  /** Errors beside those that any path may answer. */
  readonly problems: readonly ProblemCode[];
  readonly handle: (params: unknown, query: unknown, context: Context) => Promise<Answer>;
}

interface Definition<P extends z.ZodObject, Q extends z.ZodObject> extends Omit<Route, 'handle'> {
  readonly params: P;
  readonly query: Q;
  readonly handle: (params: z.output<P>, query: z.output<Q>, context: Context) => Promise<Answer>;
}

/** Defines a route: the schemas that describe it in the OpenAPI document are those that check its requests. */
export function route<P extends z.ZodObject, Q extends z.ZodObject>(definition: Definition<P, Q>): Route {
  return {
    ...definition,
    handle: async (params, query, context) =>
      definition.handle(check(definition.params, params), check(definition.query, query), context),
  };
}

function check<S extends z.ZodObject>(schema: S, given: unknown): z.output<S> {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  // One at a time: the first is what a person mends first.
  const [issue] = read.error.issues;
  if (issue?.code === 'unrecognized_keys')
    throw unknownParameter(issue.keys[0] ?? '', Object.keys(schema.shape));
  const field = String(issue?.path[0] ?? '');
  const value = (given as Readonly<Record<string, unknown>>)[field];
  if (Array.isArray(value)) {
    throw new Problem('bad_parameter', {
      detail: `${field} is given ${value.length} times: give it once`,
      field,
    });
  }
  throw new Problem('bad_parameter', {
    detail: `${field} is ${value === undefined ? 'missing' : `'${shorten(String(value))}'`}: ${issue?.message}`,
    field,
  });
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
