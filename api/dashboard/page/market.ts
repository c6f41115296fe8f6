import type { Shown } from './address.ts';
import { element, fill } from './element.ts';
import { Forecast } from './forecast.ts';
import { headline } from './headline.ts';
import type { IndicatorRow } from './indicatorSeries.ts';
import type { Live } from './live.ts';
import { MarketChart } from './marketChart.ts';
import { modelsCard } from './models.ts';
import { newsCard } from './news.ts';
import type { Candle, Market, Prediction } from './records.ts';
import { RestError, rows } from './rest.ts';
import { scoreCards } from './score.ts';
import { readyNote } from './state.ts';

/** Where a market's page gets what it shows. */
export interface MarketPage {
  readonly market: Market;
  readonly shown: Shown;
  readonly live: Live;
  readonly go: (change: Partial<Shown>) => void;
  /** Ends with the page. */
  readonly signal: AbortSignal;
}

const PAGE = 1_000;

/** Shows a market: its chart, and beside it what is predicted, how good that is, and why. */
export async function showMarket(main: HTMLElement, page: MarketPage): Promise<void> {
  const { market, shown, live, signal } = page;
  const { exchange, symbol } = market;
  const chart = new MarketChart(symbol, shown.timeframe, shown.indicators, signal);
  const head = headline(market);
  const forecast = new Forecast(page);
  const notice = element('div', { class: 'notice' });
  const side = element(
    'aside',
    { class: 'side', 'aria-label': 'Predictions, models and news' },
    forecast.card,
  );
  fill(
    main,
    element(
      'div',
      { class: 'market' },
      element(
        'section',
        { class: 'stage', 'aria-label': `Chart of ${symbol}` },
        head.frame,
        notice,
        chart.frame,
      ),
      side,
    ),
  );
  const path = symbol.replace('/', '-');
  const of = { exchange, timeframe: shown.timeframe };

  const settle = (ahead: readonly Prediction[] = []): void => {
    chart.settle(ahead);
    const last = chart.candles.rows.at(-1);
    if (last) head.price(Number(last.close));
  };
  const load = async (): Promise<void> => {
    const [candles, day, indicators] = await Promise.all([
      rows<Candle>(`/v1/candles/${path}`, { ...of, limit: PAGE }),
      rows<Candle>(`/v1/candles/${path}`, { exchange, timeframe: '1h', limit: 24 }),
      shown.indicators.length === 0
        ? []
        : rows<IndicatorRow>(`/v1/indicators/${path}`, {
            ...of,
            limit: PAGE,
            columns: ['window_start', ...shown.indicators].join(','),
          }),
    ]);
    if (signal.aborted) return;
    chart.candles.add(candles, { replace: true });
    chart.indicators.add(indicators);
    head.day(day);
    settle(await forecast.load(chart));
  };
  const orSay = (error: unknown): void => {
    if (!signal.aborted) fill(notice, element('p', { role: 'alert' }, said(error)));
  };

  follow(page, chart, forecast, settle);
  live.onReturn(() => void load().catch(orSay), signal);
  await load().then(() => chart.showNewest(), orSay);
  if (signal.aborted) return;
  if (chart.candles.size > 0) olderOnDemand(chart, path, of);
  fill(notice, await readyNote(market, chart.candles.size));
  const marks = Promise.all([newsCard(market), modelsCard(forecast.model)]);
  side.append(...(await scoreCards(page, forecast)));
  const [news, models] = await marks;
  if (signal.aborted) return;
  side.append(models.card, news.card);
  chart.mark([...news.occasions, ...models.occasions]);
}

/** What comes in while the page is shown. */
function follow(
  { market, shown, live, signal }: MarketPage,
  chart: MarketChart,
  forecast: Forecast,
  settle: (ahead?: readonly Prediction[]) => void,
): void {
  const { exchange, symbol } = market;
  const of = { exchange, symbol, timeframe: shown.timeframe };
  const ends = [
    live.client.subscribe({ channel: 'candle', ...of }, ({ type, data }) => {
      const rows = data as unknown as readonly Candle[];
      if (type === 'delete') chart.candles.remove(rows.map(({ window_start }) => window_start));
      else if (type === 'update') chart.candles.update(rows);
      else if (type === 'snapshot') chart.candles.add(rows, { replace: true });
      settle();
    }),
    live.client.subscribe({ channel: 'prediction', exchange, symbol }, ({ type, data }) => {
      if (type !== 'update') return;
      const predictions = forecast.take(data as unknown as readonly Prediction[], chart);
      settle(predictions);
    }),
    ...(shown.indicators.length === 0
      ? []
      : [
          live.client.subscribe({ channel: 'indicator', ...of }, ({ type, data }) => {
            if (type === 'update' || type === 'snapshot')
              chart.indicators.add(data as readonly IndicatorRow[]);
          }),
        ]),
  ];
  signal.addEventListener('abort', () => {
    for (const end of ends) end();
  });
}

/** Older candles come when somebody scrolls to them. */
function olderOnDemand(chart: MarketChart, path: string, of: Readonly<Record<string, string>>): void {
  let busy = false;
  let done = false;
  chart.onOldest(() => {
    const oldest = chart.candles.rows.at(0)?.window_start;
    if (busy || done || oldest === undefined || chart.candles.size >= MOST) return;
    busy = true;
    void rows<Candle>(`/v1/candles/${path}`, { ...of, to: oldest, limit: PAGE })
      .then((older) => {
        done = older.length === 0;
        if (!done) chart.candles.add(older, { replace: false });
      })
      // It is asked for again at the next scroll.
      .catch(() => undefined)
      .finally(() => {
        busy = false;
      });
  });
}

const MOST = 20_000;

function said(error: unknown): string {
  if (error instanceof RestError) return error.message;
  return error instanceof Error ? error.message : String(error);
}
