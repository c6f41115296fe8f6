import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { guardedApi } from '../../api/fixtures/guarded.ts';
import { waitFor } from '../support/cli.ts';
import {
  axe,
  coloursDrawn,
  describeWithChromium,
  openPage,
  pixelsOf,
  screenshot,
  settled,
  startBrowser,
} from './browser.ts';
import { type DashboardRig, dashboardRig } from './rig.ts';

const LAST = `symbol = 'BTC/USD' and timeframe = '1m' and window_start = '2026-11-20 11:59:00+00'`;
const WITH_INDICATORS =
  '/?indicators=bollinger_upper_20_2,bollinger_lower_20_2,rsi_14,macd_histogram_12_26_9';

describeWithChromium('the dashboard in a real browser', () => {
  let rig: DashboardRig;
  let browser: Browser;
  let opened: { readonly page: Page; readonly errors: readonly string[] } | undefined;
  beforeAll(async () => {
    [rig, browser] = await Promise.all([dashboardRig(), startBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await rig?.stop();
  });
  afterEach(async () => {
    await opened?.page.context().close();
    opened = undefined;
  });

  const visit = async (path: string, options: Parameters<typeof openPage>[1] = {}): Promise<Page> => {
    opened = await openPage(browser, options);
    await opened.page.goto(rig.url() + path);
    await settled(opened.page);
    return opened.page;
  };
  /** The chart is drawn in the browser's next frame, whenever that is. */
  const drawn = (page: Page) => waitFor('the chart to be drawn', async () => (await coloursDrawn(page)) > 20);
  /** Every row that REST has on its newest page. */
  const rest = async (path: string): Promise<readonly Record<string, string>[]> => {
    const response = await fetch(rig.url() + path);
    return ((await response.json()) as { data: Record<string, string>[] }).data;
  };

  test('draws what REST serves', async () => {
    const page = await visit(WITH_INDICATORS);
    const [newest] = await rest('/v1/candles/BTC-USD?limit=1');
    const canvas = page.locator('.canvas');
    expect(await canvas.getAttribute('data-close')).toBe(newest?.close);
    expect(await canvas.getAttribute('data-candles')).toBe('1000');
    await drawn(page);
    const close = Number(newest?.close).toLocaleString('en-US', { minimumFractionDigits: 1 });
    expect(await page.locator('.last').textContent()).toBe(close);
    expect(await page.locator('.legend').textContent()).toContain('rsi_14');
    for (const { horizon_minutes } of await rest('/v1/predictions/BTC-USD'))
      expect(await page.getByRole('button', { name: `${horizon_minutes} min`, exact: true }).count()).toBe(1);
    expect(await page.getByText('Payment network adds stablecoin settlement').count()).toBe(1);
    await screenshot(page, 'market-light');
    await screenshot(page, 'market-light-whole', true);
    expect(opened?.errors).toEqual([]);
  });

  test('moves with the market, and comes back after the server was away', async () => {
    const page = await visit('/');
    await page.locator('.badge[data-state="open"]').waitFor();
    // A change that comes before the subscription is in the snapshot.
    await rig.owner.query(`update candles set close = 93333.3 where ${LAST}`);
    const key = { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m' };
    rig.source.changed('candles', [{ ...key, window_start: '2026-11-20T11:59:00Z' }]);
    await page.locator('.canvas[data-close="93333.3"]').waitFor();
    await rig.stopServer();
    await page.locator('.badge[data-state="broken"]').waitFor();
    await screenshot(page, 'market-broken');
    await rig.owner.query(`update candles set close = 93444.4 where ${LAST}`);
    await rig.startServer();
    await page.locator('.badge[data-state="open"]').waitFor();
    await page.locator('.canvas[data-close="93444.4"]').waitFor();
    expect(await page.locator('.last').textContent()).toBe('93,444.4');
  });

  test('older candles come with their indicators and predictions when somebody goes back', async () => {
    const page = await visit('/?indicators=rsi_14&timeframe=1m');
    const canvas = page.locator('.canvas');
    expect(await canvas.getAttribute('data-indicators')).toBe('1000');
    const before = Number(await canvas.getAttribute('data-predictions'));
    expect(before).toBeGreaterThan(900);
    await canvas.focus();
    // Keys that come within one frame of the browser move the chart once.
    const back = (what: string, there: () => Promise<boolean>) =>
      waitFor(what, async () => {
        await page.keyboard.press('ArrowLeft');
        return there();
      });
    // All 26 hours; the first five minutes were the target of no prediction.
    const all = page.locator('.canvas[data-candles="1560"][data-indicators="1560"][data-predictions="1555"]');
    await back('all candles', async () => (await all.count()) === 1);
    await page.locator('.legend', { hasText: '20 Nov 11:59' }).waitFor();
    // With the mouse it is told what was there then.
    const box = await canvas.boundingBox();
    const first = page.locator('.legend', { hasText: '19 Nov 10:' });
    await back('the first candles', async () => {
      await page.mouse.move(0, 0);
      await page.mouse.move((box?.x ?? 0) + 40, (box?.y ?? 0) + 200);
      return (await first.count()) === 1;
    });
    await screenshot(page, 'market-older');
    expect(await page.locator('.legend').textContent()).toMatch(/rsi_14 ?\d/);
    await page.mouse.move(0, 0);
    await canvas.focus();
    await page.keyboard.press('End');
    await drawn(page);
    expect(opened?.errors).toEqual([]);
  });

  test('indicators move in their panes, and what is predicted next lies ahead of the last candle', async () => {
    const page = await visit('/?indicators=rsi_14,macd_12_26&horizon=5');
    await page.locator('.badge[data-state="open"]').waitFor();
    const key = { exchange: 'kraken', symbol: 'BTC/USD' };
    const canvas = page.locator('.canvas');
    const [pane, ahead] = [await pixelsOf(page, 1), await canvas.getAttribute('data-ahead')];
    await rig.owner.query(`update indicators set rsi_14 = 99.5 where ${LAST}`);
    rig.source.changed('indicators', [{ ...key, timeframe: '1m', window_start: '2026-11-20T11:59:00Z' }]);
    await page.locator('.legend', { hasText: /rsi_14 ?99\.50/ }).waitFor();
    await waitFor('the pane to move', async () => (await pixelsOf(page, 1)) !== pane);
    // The minute closes, the next begins, and three models predict from it.
    await rig.owner.query(`
      insert into candles select timeframe, exchange, symbol, '2026-11-20 12:00:00+00', close, close + 9, close, close + 5, 1, 1 from candles where ${LAST};
      insert into predictions select exchange, symbol, '2026-11-20 11:59:00+00', horizon_minutes, model, version, base_price, 0.01, 98000 + horizon_minutes,
        97000, 99000, interval_level, 0.75, made_at, latency_ms, contributions, false from predictions
      where symbol = 'BTC/USD' and window_start = '2026-11-20 11:58:00+00'`);
    rig.source.changed('candles', [{ ...key, timeframe: '1m', window_start: '2026-11-20T12:00:00Z' }]);
    const models = [
      ['return-5m', 3, 5],
      ['return-15m', 2, 15],
      ['return-60m', 2, 60],
    ] as const;
    for (const [model, version, horizon_minutes] of models)
      rig.source.changed('predictions', [
        { ...key, window_start: '2026-11-20T11:59:00Z', horizon_minutes, model, version },
      ]);
    // An hour after the close of 11:59.
    await page.locator('.canvas[data-candles="1001"][data-ahead="2026-11-20T12:59:00.000Z 98060"]').waitFor();
    expect(ahead).toMatch(/^2026-11-20T12:58:00.000Z /);
    const forecast = page.locator('.card', { hasText: 'Forecast' });
    await forecast.getByText('98,005.0').waitFor();
    await forecast.getByText('97,000.0 – 99,000.0').first().waitFor();
    await forecast.getByText('75 %').first().waitFor();
    await screenshot(page, 'market-live');
    expect(opened?.errors).toEqual([]);
  });

  test('a model that has just taken over is in the forecast without a reload', async () => {
    const page = await visit('/?horizon=15');
    await page.locator('.badge[data-state="open"]').waitFor();
    await rig.owner.query(`
      insert into models select name, 3, 'champion', algorithm, horizon_minutes, parameters, metrics, feature_names, artifact, created_at, alias_changed_at
        from models where name = 'return-15m' and version = 2;
      update models set alias = null where name = 'return-15m' and version = 2;
      insert into predictions select exchange, symbol, '2026-11-20 11:59:30+00', 15, model, 3, base_price, 0.01, 91234.5,
        91000, 92000, interval_level, 0.75, made_at, latency_ms, contributions, false from predictions
      where symbol = 'BTC/USD' and window_start = '2026-11-20 11:58:00+00' and model = 'return-15m'`);
    rig.source.changed('predictions', [
      ...[
        { exchange: 'kraken', symbol: 'BTC/USD', window_start: '2026-11-20T11:59:30Z', horizon_minutes: 15 },
      ].map((row) => ({ ...row, model: 'return-15m', version: 3 })),
    ]);
    await page.locator('.card', { hasText: 'Forecast' }).getByText('91,234.5').waitFor();
  });

  test('says what went wrong, and goes on when it is right again', async () => {
    const page = await visit('/?symbol=ETH-USD');
    await page.locator('.badge[data-state="open"]').waitFor();
    await rig.stopServer();
    await page.keyboard.press('2');
    await page.getByRole('alert').getByText('The server does not answer').waitFor();
    await screenshot(page, 'market-away');
    await rig.startServer();
    await page.locator('.canvas[data-close]').waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    // One path that fails takes only its part of the page.
    await page.route('**/v1/candles/**', (route) =>
      route.fulfill({ status: 503, json: { code: 'engine_down', detail: 'The views are being built.' } }),
    );
    await page.goto(`${rig.url()}/?symbol=ETH-USD`);
    await page.getByRole('alert').getByText('The views are being built.').waitFor();
    await page.unroute('**/v1/candles/**');
    await page.locator('.canvas[data-close]').waitFor();
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  test('the address says what is shown, and the keyboard changes it', async () => {
    const page = await visit('/?symbol=ETH-USD&timeframe=5m');
    await page.getByRole('heading', { level: 1, name: 'ETH/USD' }).waitFor();
    expect(await page.getByRole('button', { name: '5m', exact: true }).getAttribute('aria-pressed')).toBe(
      'true',
    );
    await page.keyboard.press('4');
    await page.waitForURL('**/?symbol=ETH-USD&timeframe=1h');
    await settled(page);
    await page.keyboard.press('/');
    await page.getByRole('combobox').fill('btc');
    await screenshot(page, 'search');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/?symbol=BTC-USD&exchange=kraken&timeframe=1h');
    await page.getByRole('heading', { level: 1, name: 'BTC/USD' }).waitFor();
    await settled(page);
    await page.keyboard.press('i');
    await page.getByLabel('rsi_14').check();
    await screenshot(page, 'indicators');
    await page.getByRole('button', { name: /^Show 1 of/ }).click();
    await page.waitForURL('**&indicators=rsi_14');
    await page.locator('.legend', { hasText: 'rsi_14' }).waitFor();
    await page.goBack();
    await page.waitForURL('**/?symbol=BTC-USD&exchange=kraken&timeframe=1h');
    expect(opened?.errors).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('axe finds nothing in %s, on either page', async (colorScheme) => {
    const page = await visit(WITH_INDICATORS, { colorScheme });
    expect(await axe(page)).toEqual([]);
    if (colorScheme === 'dark') await screenshot(page, 'market-dark');
    await page.keyboard.press('p');
    await page.getByRole('heading', { level: 1, name: 'Pipeline' }).waitFor();
    await settled(page);
    await page
      .getByRole('region', { name: 'Markets' })
      .getByRole('row', { name: /BTC\/USD kraken live/ })
      .waitFor();
    await page.getByRole('row', { name: /realised_volatility_60 drifted 0.412/ }).waitFor();
    await page.getByRole('row', { name: 'drift warning return-5m 3 0.33 0.2 20 Nov 10:00' }).waitFor();
    expect(await page.getByRole('row', { name: /feed-stale/ }).count()).toBe(0);
    const quality = page.getByRole('region', { name: 'Data quality' });
    await quality.getByRole('row', { name: /news_score_15 is missing BTC\/USD missing 25/ }).waitFor();
    await quality.getByRole('row', { name: /trades that arrived again, this hour .* ok 200/ }).waitFor();
    expect(await quality.getByRole('row', { name: /rsi_14/ }).count()).toBe(0);
    await page.getByRole('button', { name: 'candles', exact: true }).click();
    expect(await page.locator('.edge.chosen').count()).toBe(5);
    expect(await axe(page)).toEqual([]);
    await screenshot(page, `pipeline-${colorScheme}`, true);
    expect(opened?.errors).toEqual([]);
  });

  test('fits a phone', async () => {
    const page = await visit('/', { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 });
    const overflow = (): Promise<number> =>
      page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(await overflow()).toBe(0);
    await drawn(page);
    await screenshot(page, 'phone-market', true);
    await page.getByRole('link', { name: 'Pipeline' }).click();
    await page.getByRole('heading', { level: 1, name: 'Pipeline' }).waitFor();
    await settled(page);
    expect(await overflow()).toBe(0);
    await screenshot(page, 'phone-pipeline', true);
  });

  test('asks for a key where one is needed, and goes on with it', async () => {
    const guarded = await guardedApi();
    opened = await openPage(browser);
    const { page } = opened;
    await page.goto(`${guarded.url}/?symbol=BTC-USD`);
    await page.getByRole('dialog', { name: 'A key is needed' }).waitFor();
    await screenshot(page, 'key');
    await page.getByLabel('Key', { exact: true }).fill(guarded.readKey);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'BTC/USD' }).waitFor();
    await page.locator('.canvas[data-candles="100"]').waitFor();
    await page.context().close();
    await guarded.stop();
  });

  test('says why something is not there', async () => {
    await rig.owner.query(`
      truncate models, predictions, prediction_errors, accuracy_1h, calibration, promotions, news_scores, scoring_lag, drift_states;
      update job_runs set state = 'failed', message = 'There are 412 minutes with complete features and a return over 5 minutes, 1000 are needed';
      update freshness set state = 'stale', seconds_since_event = 900 where symbol = 'ETH/USD'`);
    const page = await visit('/?symbol=ETH-USD');
    await page.getByText('No model is trained yet. There are 412 minutes').waitFor();
    await page.getByText('ETH/USD is stale: kraken has not been heard of for 15 min').waitFor();
    await page.getByText('No story about ETH was scored yet').waitFor();
    expect(await axe(page)).toEqual([]);
    await screenshot(page, 'market-empty');
    await page.goto(`${rig.url()}/?symbol=DOGE-USD`);
    await page.getByText('There are BTC/USD, ETH/USD.').waitFor();
    await rig.owner.query('truncate job_runs');
    await page.goto(`${rig.url()}/?symbol=BTC-USD`);
    await page.getByText('Of this market 1,560 minutes with complete features are there').waitFor();
    await rig.owner.query('truncate markets, candles, freshness');
    await page.goto(rig.url());
    await page.getByRole('heading', { name: 'No market has data yet' }).waitFor();
    await screenshot(page, 'nothing');
  });
});
