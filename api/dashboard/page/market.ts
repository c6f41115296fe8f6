import type { Shown } from './address.ts';
import { element, fill } from './element.ts';
import { Forecast } from './forecast.ts';
import { headline } from './headline.ts';
import type { IndicatorRow } from './indicatorSeries.ts';
import { Judgement } from './judgement.ts';
import type { Live } from './live.ts';
import { MarketChart } from './marketChart.ts';
import { candlesBefore, marketRows } from './marketRows.ts';
import type { Candle, Market, Prediction } from './records.ts';
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

/** How soon a page that could not be loaded tries again. */
const AGAIN_MS = 5_000;

/** Shows a market: its chart, and beside it what is predicted, how good that is, and why. */
export async function showMarket(main: HTMLElement, page: MarketPage): Promise<void> {
  const { market, shown, live, signal } = page;
  const chart = new MarketChart(market.symbol, shown.timeframe, shown.indicators, signal);
  const head = headline(market);
  const forecast = new Forecast(page);
  const judgement = new Judgement(page, forecast, chart);
  const notice = element('div', { class: 'notice' });
  const label = { 'aria-label': `Chart of ${market.symbol}` };
  const stage = element('section', { class: 'stage', ...label }, head.frame, notice, chart.frame);
  const about = { class: 'side', 'aria-label': 'Predictions, models and news' };
  const side = element('aside', about, forecast.card, judgement.frame);
  fill(main, element('div', { class: 'market' }, stage, side));

  const settle = (ahead: readonly Prediction[] = []): void => {
    chart.settle(ahead);
    const last = chart.candles.rows.at(-1);
    if (last) head.price(Number(last.close));
  };
  const load = async (): Promise<void> => {
    const { candles, indicators, day } = await marketRows(page);
    if (signal.aborted) return;
    chart.candles.add(candles, { replace: true });
    chart.indicators.add(indicators);
    head.day(day);
    settle(await forecast.load(chart));
    fill(notice, await readyNote(market, chart.candles.size));
  };
  const loadOrSay = async (): Promise<void> => {
    try {
      await load();
    } catch (error) {
      if (signal.aborted) return;
      fill(notice, element('p', { role: 'alert' }, error instanceof Error ? error.message : String(error)));
      forecast.failed();
      const timer = setTimeout(() => void loadOrSay(), AGAIN_MS);
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    }
  };

  follow(page, chart, forecast, settle);
  live.onReturn(() => void loadOrSay(), signal);
  await loadOrSay();
  if (signal.aborted) return;
  chart.showNewest();
  olderOnDemand(chart, page);
  await judgement.show();
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
function olderOnDemand(chart: MarketChart, page: MarketPage): void {
  let busy = false;
  let done = false;
  chart.onOldest(() => {
    const oldest = chart.candles.rows.at(0)?.window_start;
    if (busy || done || oldest === undefined || chart.candles.size >= MOST) return;
    busy = true;
    void candlesBefore(page, oldest)
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
