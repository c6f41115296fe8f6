import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { guardedApi } from '../../api/fixtures/guarded.ts';
import {
  axe,
  coloursDrawn,
  describeWithChromium,
  openPage,
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
    expect(await coloursDrawn(page)).toBeGreaterThan(20);
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
    expect(await coloursDrawn(page)).toBeGreaterThan(20);
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
