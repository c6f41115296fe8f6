import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { SCREENSHOTS } from './rig.ts';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** A suite that needs a real browser: says that it is skipped without one, and fails with REQUIRE_CHROMIUM=1. */
export function describeWithChromium(name: string, suite: () => void): void {
  if (existsSync(EXECUTABLE)) describe(name, suite);
  else if (process.env.REQUIRE_CHROMIUM === '1')
    throw new Error(`There is no ${EXECUTABLE}: install chromium, or name another in CHROMIUM`);
  else {
    console.warn(`${name}: skipped, for there is no ${EXECUTABLE} (apt-get install chromium)`);
    describe.skip(name, suite);
  }
}

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
}

/** A page that fails the test when it logs an error: of a script, or of the content security policy. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly errors: readonly string[] }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    // What does not load is the server's word, which the page shows itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      errors.push(message.text());
  });
  return { page, errors };
}

/** Waits until the page has everything that it shows at first. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main[aria-busy="false"]').waitFor();
}

/** What axe finds wrong, in short. The policy of the page forbids axe's script, so it is evaluated by the debugger. */
export async function axe(page: Page): Promise<readonly string[]> {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const found = (await page.evaluate('axe.run()')) as Found;
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

interface Found {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

export async function screenshot(page: Page, name: string, fullPage = false): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage });
}

/** How many colours the chart's canvases show: a chart that draws nothing has one or two. */
export function coloursDrawn(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const seen = new Set();
    for (const canvas of document.querySelectorAll('.canvas canvas')) {
      const { width, height } = canvas;
      if (width === 0 || height === 0) continue;
      const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
      for (let at = 0; at < data.length; at += 4) seen.add(data[at] << 16 | data[at + 1] << 8 | data[at + 2]);
    }
    return seen.size;
  })()`);
}

/** A pane of the chart as one text, to be compared: 0 is that of the candles. */
export function pixelsOf(page: Page, pane: number): Promise<string> {
  return page.evaluate(`[...document.querySelectorAll('.canvas tr')]
    .filter((row) => row.querySelectorAll('canvas').length > 1)[${pane}]
    ?.querySelector('td:nth-child(2) canvas')?.toDataURL() ?? ''`);
}
