import { adminRoutes } from './admin/routes.ts';
import { SERVED, type ServedView } from './catalog.ts';
import { monitoringRoutes } from './monitoring/routes.ts';
import { routes } from './routes/all.ts';
import { CHANNELS } from './stream/channels.ts';

/** A path or a channel of the API, and a view that it is answered from. */
export interface ApiReader {
  /** `GET /v1/candles/{symbol}`, `channel candle`; `HTTP API` of what none of them shows row by row. */
  readonly name: string;
  readonly view: ServedView;
  /** Whether the view's columns are the fields of its rows. */
  readonly rows: boolean;
}

/** All who read views, found by asking every path how its answers look. */
export async function apiReaders(): Promise<ApiReader[]> {
  const found = CHANNELS.map(
    ({ name, relation }): ApiReader => ({ name: `channel ${name}`, view: relation, rows: true }),
  );
  const clock = { now: () => 0 };
  for (const route of [...routes, ...adminRoutes, ...monitoringRoutes(null, clock)]) {
    const views = new Set(route.reads ?? []);
    await route.answer({
      catalog: {
        columns: async (view) => {
          views.add(view);
          return [];
        },
      },
    });
    const name = `${route.method.toUpperCase()} ${route.path}`;
    found.push(...[...views].map((view) => ({ name, view, rows: true })));
  }
  const shown = new Set(found.map(({ view }) => view));
  const others = SERVED.filter((view) => !shown.has(view));
  return [...found, ...others.map((view) => ({ name: 'HTTP API', view, rows: false }))];
}
