import type { Shown } from './address.ts';
import { element, fill } from './element.ts';
import { Forecast } from './forecast.ts';
import { headline } from './headline.ts';
import type { IndicatorRow } from './indicatorSeries.ts';
import { Judgement } from './judgement.ts';
import type { Live } from './live.ts';
import { MarketChart } from './marketChart.ts';
import { candlePages, dayOf, indicatorPages } from './marketRows.ts';
import type { Candle, Market, Prediction } from './records.ts';
import { readyNote, tooFarNote } from './state.ts';

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
  const settle = (ahead: readonly Prediction[] = []): void => {
    chart.settle(ahead);
    const last = chart.candles.rows.inOrder.at(-1);
    if (last) head.price(Number(last.close));
  };
  const foresee = async (): Promise<void> => settle(await forecast.load(chart));
  const judgement = new Judgement(page, forecast, chart, foresee);
  const notice = element('div', { class: 'notice' });
  const label = { 'aria-label': `Chart of ${market.symbol}` };
  const stage = element('section', { class: 'stage', ...label }, head.frame, notice, chart.frame);
  const about = { class: 'side', 'aria-label': 'Predictions, models and news' };
  const side = element('aside', about, forecast.card, judgement.frame);
  fill(main, element('div', { class: 'market' }, stage, side));

  const candles = candlePages(page, chart);
  const indicators = indicatorPages(page, chart);
  const load = async (): Promise<void> => {
    const [day] = await Promise.all([dayOf(page), candles.renew(), indicators?.renew()]);
    if (signal.aborted) return;
    head.day(day);
    await foresee();
    fill(notice, await readyNote(market, chart.candles.rows.size));
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

  follow(page, chart, { forecast, settle, foresee });
  live.onReturn(() => void loadOrSay(), signal);
  await loadOrSay();
  if (signal.aborted) return;
  chart.showNewest();
  chart.onView((from) => {
    for (const pages of [candles, indicators, forecast]) pages?.reach(from);
    if (candles.full && from < chart.candles.rows.oldest) fill(notice, tooFarNote(chart.candles.rows.size));
  });
  await judgement.show();
}

interface Followed {
  readonly forecast: Forecast;
  readonly settle: (ahead?: readonly Prediction[]) => void;
  readonly foresee: () => Promise<void>;
}

/** What comes in while the page is shown. */
function follow({ market, shown, live, signal }: MarketPage, chart: MarketChart, followed: Followed): void {
  const { forecast, settle, foresee } = followed;
  const { exchange, symbol } = market;
  const of = { exchange, symbol, timeframe: shown.timeframe };
  const ends = [
    live.client.subscribe({ channel: 'candle', ...of }, ({ type, data }) => {
      const rows = data as unknown as readonly Candle[];
      if (type === 'delete') chart.candles.remove(rows.map(({ window_start }) => window_start));
      else if (type === 'update' || type === 'snapshot') chart.candles.update(rows);
      settle();
    }),
    live.client.subscribe({ channel: 'prediction', exchange, symbol }, ({ type, data }) => {
      if (type !== 'update') return;
      const made = data as unknown as readonly Prediction[];
      settle(forecast.take(made, chart));
      // What was not understood now is asked for again within the minute.
      if (forecast.isNew(made)) void foresee().catch(() => undefined);
    }),
    ...(shown.indicators.length === 0
      ? []
      : [
          live.client.subscribe({ channel: 'indicator', ...of }, ({ type, data }) => {
            if (type === 'update' || type === 'snapshot')
              chart.indicators.update(data as readonly IndicatorRow[]);
            settle();
          }),
        ]),
  ];
  signal.addEventListener('abort', () => {
    for (const end of ends) end();
  });
}
