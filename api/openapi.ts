import { z } from 'zod';
import type { Context } from './context.ts';
import { PROBLEMS, type ProblemCode } from './problem.ts';
import type { Route } from './route.ts';
import { MOST_ROWS } from './rows.ts';
import { problemSchema } from './schemas/answers.ts';

/** A part of an OpenAPI document. */
export type Json = Readonly<Record<string, unknown>>;

// Any path may answer these.
const ALWAYS: readonly ProblemCode[] = [
  'malformed_request',
  'unauthorized',
  'wrong_host',
  'too_many_requests',
  'request_timeout',
  'headers_too_large',
  'not_acceptable',
  'method_not_allowed',
  'body_too_large',
  'url_too_long',
  'internal',
  'overloaded',
  'database_unreachable',
  'view_missing',
  'query_timeout',
];

const ADMIN: readonly ProblemCode[] = ['forbidden'];

/** The OpenAPI 3.1 document of these routes, with the columns that the SQL defines at this moment. */
export async function openApi(
  routes: readonly Route[],
  context: Context,
  { measured }: { readonly measured: boolean },
): Promise<Json> {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: await operation(route, context) };
  }
  if (measured) paths['/metrics'] = { get: METRICS };
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Tickwave',
      version: '1',
      description:
        'Candles, indicators, features, news and predictions of crypto markets, as SQL views keep them. Errors are application/problem+json.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem: toSchema(problemSchema, 'output') },
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key, as tw_…' } },
    },
  };
}

const SECURITY = { admin: [{ key: [] }], read: [{ key: [] }, {}] } as const;

/** The one path whose answer is no JSON. */
const METRICS: Json = {
  operationId: 'getMetrics',
  summary: 'What is measured, for Prometheus',
  description:
    'Requests by route, how far views are behind, the feed of each market, models, alerts, the process.',
  security: SECURITY.read,
  parameters: [],
  responses: {
    200: {
      description: "Prometheus' text format",
      content: { 'text/plain': { schema: { type: 'string' } } },
    },
    304: { description: 'As if-none-match has it' },
    ...problemResponses(ALWAYS),
  },
};

async function operation(route: Route, context: Context): Promise<Json> {
  return {
    operationId: route.id,
    summary: route.summary,
    description: route.description,
    ...(route.access === 'open' ? {} : { security: SECURITY[route.access] }),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.method === 'post' && route.body !== null
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: toSchema(route.body, 'input') } },
          },
        }
      : {}),
    responses: {
      [route.status]: {
        description: route.summary,
        content: {
          'application/json': { schema: toSchema(await route.answer(context), 'output') },
          ...(route.rows ? LINES : {}),
        },
        ...(route.headers === undefined ? {} : { headers: headersOf(route.headers) }),
      },
      ...(route.method === 'get' ? { 304: { description: 'As if-none-match has it' } } : {}),
      ...problemResponses([...route.problems, ...ALWAYS, ...(route.access === 'admin' ? ADMIN : [])]),
    },
  };
}

function headersOf(headers: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
}

const LINES: Json = {
  'text/csv': {
    schema: { type: 'string', description: `A line of names, then a line a row; limit may be ${MOST_ROWS}` },
  },
  'application/x-ndjson': {
    schema: { type: 'string', description: `A JSON object a line; limit may be ${MOST_ROWS}` },
  },
};

function parameters(schema: z.ZodObject, where: 'path' | 'query'): readonly Json[] {
  const { properties = {}, required = [] } = toSchema(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: { ...rest, ...defaultOf(schema.shape[name]) },
  }));
}

// zod leaves out the default of a value that is transformed on its way in.
function defaultOf(schema: unknown): Json {
  return schema instanceof z.ZodDefault ? { default: schema.def.defaultValue } : {};
}

function problemResponses(codes: readonly ProblemCode[]): Json {
  const byStatus = new Map<number, Set<ProblemCode>>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  }
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      status,
      {
        description: [...same].map((code) => `${code}: ${PROBLEMS[code].title}`).join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // The format says it; zod's pattern for a date is half a page.
      if (jsonSchema.format === 'date' || jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return json;
}
