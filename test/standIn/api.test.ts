import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type pg from 'pg';
import pino from 'pino';
import { createApi } from '../../api/app.ts';
import type { Document } from '../../api/client/generate/types.ts';
import { createReadPool } from '../../api/database.ts';
import { type Listening, listen } from '../../api/listen.ts';
import { monitoringRoutes } from '../../api/monitoring/routes.ts';
import { POSTGRES } from '../../engine/profile.ts';
import { load } from '../risingwave/load.ts';
import { RECORDINGS } from '../risingwave/recording.ts';
import { describeWithData } from '../support/data.ts';
import { everything } from './decisions.ts';
import { Place } from './place.ts';
import { type Ask, requestsOf } from './requests.ts';

const SEED = Number(process.env.TEST_SEED ?? 20190701);
const TRADES = 700;
/** Requests under way. */
const AT_ONCE = 4;
/** Later than what was recorded, so that `as_of` may be asked. */
let now = Date.parse('2026-01-01T00:00:00Z');

/** One API on the engine as it is, one on the same database behind the stand-in. */
let place: Place;
let pools: pg.Pool[] = [];
const apis: Listening[] = [];

async function open(pool: pg.Pool): Promise<Listening> {
  const clock = { now: () => now };
  const status = async () => ({ state: 'running', refreshLagMs: 0 }) as const;
  const logger = pino({ level: 'silent' });
  return listen(
    createApi({
      pool,
      status,
      clock,
      logger,
      limits: { perKey: 1e6, perAddress: 1e6 },
      routes: monitoringRoutes(null, clock),
    }),
    0,
  );
}

const asking =
  (api: Listening): Ask =>
  async (path) => {
    const response = await fetch(api.url + path);
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, body: json ? JSON.parse(text) : text };
  };

interface Compared {
  readonly asked: number;
  /** Answers that had rows. */
  readonly full: number;
  /** Requests that the two answer differently, with both answers. */
  readonly different: readonly string[];
}

/** Asks both for everything. */
async function compare(): Promise<Compared> {
  const [left, right] = apis.map(asking);
  if (!left || !right) throw new Error('there are not two of them');
  const document = (await left('/openapi.json')).body as Document;
  expect((await right('/openapi.json')).body).toEqual(document);
  const paths = await requestsOf(document, left);
  const different: string[] = [];
  let full = 0;
  for (let from = 0; from < paths.length; from += AT_ONCE)
    await Promise.all(
      paths.slice(from, from + AT_ONCE).map(async (path) => {
        const [a, b] = await Promise.all([left(path), right(path)]);
        const { data } = a.body as { readonly data?: readonly unknown[] };
        if ((data ?? []).length > 0) full++;
        if (textOf(a) !== textOf(b)) different.push(`${path}: ${textOf(a)} on the stand-in ${textOf(b)}`);
      }),
    );
  return { asked: paths.length, full, different };
}

/** Columns that are of the moment of asking. */
const AMBIENT = /^(request_id|seconds_since_trade|seconds_since_event)$/;

function textOf(answer: unknown): string {
  return JSON.stringify(answer, (name, value: unknown) => (AMBIENT.test(name) ? null : value));
}

describeWithData(`the API on the stand-in (TEST_SEED=${SEED})`, RECORDINGS, () => {
  beforeAll(async () => {
    place = await Place.open();
    pools = [place.embedded, place.url].map((url) => createReadPool({ url, statementTimeoutMs: 60_000 }));
    for (const pool of pools) apis.push(await open(pool));
  });

  afterAll(async () => {
    for (const api of apis) await api.stop();
    for (const pool of pools) await pool.end();
    await place?.close();
  });

  test('answers as the embedded engine does where there is nothing', async () => {
    const { asked, different } = await compare();
    expect([...place.refused]).toEqual([]);
    expect(different).toEqual([]);
    expect(asked).toBeGreaterThan(80);
  });

  test('answers as the embedded engine does with recorded data', async () => {
    const client = await place.owner.connect();
    await load(client, POSTGRES, place.engine.catalog, everything(TRADES, SEED), () => 2000);
    client.release();
    await place.engine.refresh();
    // What is remembered for some seconds is read again.
    now += 3_600_000;
    const { asked, full, different } = await compare();
    expect([...place.refused]).toEqual([]);
    expect(different).toEqual([]);
    // A comparison of nothing with nothing finds nothing.
    expect(full / asked).toBeGreaterThan(0.9);
  });
});
