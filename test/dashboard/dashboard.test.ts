import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import {
  coloursDrawn,
  describeWithChromium,
  openPage,
  screenshot,
  settled,
  startBrowser,
} from './browser.ts';
import { type DashboardRig, dashboardRig } from './rig.ts';

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
  const newest = async (): Promise<{ readonly close: string }> => {
    const response = await fetch(`${rig.url()}/v1/candles/BTC-USD?limit=1`);
    const { data } = (await response.json()) as { data: [{ close: string }] };
    return data[0];
  };

  test('draws what REST serves', async () => {
    const page = await visit(
      '/?indicators=bollinger_upper_20_2,bollinger_lower_20_2,rsi_14,macd_histogram_12_26_9',
    );
    const { close } = await newest();
    const canvas = page.locator('.canvas');
    expect(await canvas.getAttribute('data-close')).toBe(close);
    expect(await canvas.getAttribute('data-candles')).toBe('1000');
    expect(await coloursDrawn(page)).toBeGreaterThan(20);
    expect(await page.locator('.last').textContent()).toBe(
      Number(close).toLocaleString('en-US', { minimumFractionDigits: 1 }),
    );
    expect(await page.locator('.legend').textContent()).toContain('rsi_14');
    expect(await page.getByRole('row', { name: /60 min/ }).count()).toBe(1);
    await screenshot(page, 'market-light', true);
    expect(opened?.errors).toEqual([]);
  });

  test('moves with the market, and comes back after the server was away', async () => {
    const page = await visit('/');
    await page.locator('.badge[data-state="open"]').waitFor();
    const change = async (close: number): Promise<void> => {
      await rig.owner.query(
        `update candles set close = $1, high = greatest(high, $1) where symbol = 'BTC/USD' and timeframe = '1m' and window_start = '2026-11-20 11:59:00+00'`,
        [close],
      );
      rig.source.changed('candles', [
        { exchange: 'kraken', symbol: 'BTC/USD', timeframe: '1m', window_start: '2026-11-20T11:59:00Z' },
      ]);
    };
    await change(93_333.3);
    await page.locator('.canvas[data-close="93333.3"]').waitFor();
    await rig.stopServer();
    await page.locator('.badge[data-state="broken"]').waitFor();
    await screenshot(page, 'market-broken');
    await rig.owner.query(
      `update candles set close = 93444.4 where symbol = 'BTC/USD' and timeframe = '1m' and window_start = '2026-11-20 11:59:00+00'`,
    );
    await rig.startServer();
    await page.locator('.badge[data-state="open"]').waitFor();
    await page.locator('.canvas[data-close="93444.4"]').waitFor();
    expect(await page.locator('.last').textContent()).toBe('93,444.4');
  });
});
