import { sql } from 'kysely';
import { z } from 'zod';
import { rowSchema } from '../catalog.ts';
import { toJson } from '../database.ts';
import { type Route, route } from '../route.ts';
import { exchangeParameter } from '../schemas/common.ts';
import { pageOf } from '../schemas/series.ts';

const MOST = 5_000;

/** All markets. */
export const markets: Route = route({
  path: '/v1/markets',
  id: 'listMarkets',
  summary: 'Markets that have data',
  description: `Every exchange and symbol, at most ${MOST}. In addresses a symbol is written with a dash: BTC/USD as BTC-USD.`,
  params: z.strictObject({}),
  query: z.strictObject({ exchange: exchangeParameter.optional().describe('Markets of this exchange only') }),
  answer: async ({ catalog }) => pageOf(rowSchema(await catalog.columns('markets'))),
  problems: ['bad_parameter', 'unknown_parameter'],
  handle: async (_params, { exchange }, { db, catalog }) => {
    const columns = await catalog.columns('markets');
    let rows = db
      .selectFrom('markets')
      .select(columns.map(({ name }) => sql.ref(name).as(name)))
      .orderBy('exchange')
      .orderBy('symbol')
      .limit(MOST);
    if (exchange !== undefined) rows = rows.where('exchange', '=', exchange);
    const found = (await rows.execute()) as readonly Readonly<Record<string, unknown>>[];
    return {
      data: found.map((row) =>
        Object.fromEntries(columns.map(({ name, type }) => [name, toJson(row[name], type)])),
      ),
      next_cursor: null,
    };
  },
});
