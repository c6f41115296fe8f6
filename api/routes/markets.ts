import { sql } from 'kysely';
import { z } from 'zod';
import { Rows } from '../caching.ts';
import { rowSchema } from '../catalog.ts';
import { toJson } from '../database.ts';
import { type Route, route } from '../route.ts';
import { exchangeParameter } from '../schemas/common.ts';
import { pageOf } from '../schemas/series.ts';

const MOST = 5_000;

const progress = z.object({
  event_time: z.iso.datetime({ offset: true }).nullable().describe('Latest trade or sign of life'),
  closed_before: z.iso
    .datetime({ offset: true })
    .nullable()
    .describe('Windows that end at this time or earlier are closed'),
});

/** All markets, and how far each has come. */
export const markets: Route = route({
  path: '/v1/markets',
  id: 'listMarkets',
  summary: 'Markets that have data',
  description: `Every exchange and symbol, at most ${MOST}. In addresses a symbol is written with a dash: BTC/USD as BTC-USD.`,
  rows: true,
  params: z.strictObject({}),
  query: z.strictObject({ exchange: exchangeParameter.optional().describe('Markets of this exchange only') }),
  answer: async ({ catalog }) => pageOf(rowSchema(await catalog.columns('markets')).extend(progress.shape)),
  problems: ['bad_parameter', 'unknown_parameter'],
  handle: async (_params, { exchange }, { db, catalog }) => {
    const columns = await catalog.columns('markets');
    let rows = db
      .selectFrom('markets')
      .leftJoin('watermarks', (join) =>
        join
          .onRef('watermarks.exchange', '=', 'markets.exchange')
          .onRef('watermarks.symbol', '=', 'markets.symbol'),
      )
      .select(columns.map(({ name }) => sql.ref(`markets.${name}`).as(name)))
      .select(['watermarks.event_time', 'watermarks.closed_before'])
      .orderBy('markets.exchange')
      .orderBy('markets.symbol')
      .limit(sql.lit(MOST));
    if (exchange !== undefined) rows = rows.where('markets.exchange', '=', exchange);
    const found = (await rows.execute()) as readonly Readonly<Record<string, unknown>>[];
    const types = new Map(columns.map(({ name, type }) => [name, type]));
    const data = found.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [name, toJson(value, types.get(name) ?? 0)]),
      ),
    );
    const names = [...types.keys(), ...Object.keys(progress.shape)];
    return new Rows({ data, next_cursor: null }, names, 'revalidate');
  },
});
