import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ManualClock } from '../../../test/support/manualClock.ts';
import { LimitReached } from '../../errors.ts';
import { SourceRefused, SourceUnreachable } from '../errors.ts';
import { type Answer, page, Site, until } from '../testing/site.ts';
import { HostQueue } from './hostQueue.ts';
import { isPrivateAddress } from './privateAddress.ts';
import { type Page, PageReader, type ReaderOptions } from './reader.ts';
import { LONGEST_WAIT_MS, maxAgeMs, retryAfterMs, ttlMs } from './waits.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const sites: Site[] = [];

afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
});

async function opened(answer: Answer): Promise<Site> {
  const site = await new Site(answer).open();
  sites.push(site);
  return site;
}

function reading(options: Partial<ReaderOptions> = {}): {
  readonly clock: ManualClock;
  readonly reader: PageReader;
} {
  const clock = new ManualClock(NOW);
  return { clock, reader: new PageReader({ clock, userAgent: 'Tickwave (test)', ...options }) };
}

const never = new AbortController().signal;
const read = (reader: PageReader, url: string): Promise<unknown> =>
  reader.read(url, { accept: '*/*', signal: never });

describe('PageReader', () => {
  test('says who reads, and asks only for what is new', async () => {
    const site = await opened(
      page('x', {
        etag: '"1"',
        'last-modified': 'Sat, 21 Nov 2026 10:00:00 GMT',
        age: '10',
        'cache-control': 'public, max-age=70',
      }),
    );
    const { reader } = reading();
    const first = (await read(reader, site.url)) as Page;
    expect(first).toMatchObject({ contentType: 'application/rss+xml', waitMs: 60_000 });
    expect(first.body.toString()).toBe('x');
    site.answer = (response) => response.writeHead(304, { 'cache-control': 'max-age=5' }).end();
    const second = await reader.read(site.url, {
      accept: 'application/rss+xml',
      validators: first.validators,
      signal: never,
    });
    expect(second).toEqual({ unchanged: true, waitMs: 5000 });
    expect(site.visits[0]?.headers).toMatchObject({ 'user-agent': 'Tickwave (test)', accept: '*/*' });
    expect(site.visits[1]?.headers).toMatchObject({
      'if-none-match': '"1"',
      'if-modified-since': 'Sat, 21 Nov 2026 10:00:00 GMT',
    });
  });

  test.each([
    [429, { 'retry-after': '120' }, 120_000],
    [503, { 'retry-after': 'Sat, 21 Nov 2026 12:05:00 GMT' }, 300_000],
    [500, {}, 0],
    [404, {}, 0],
  ])('HTTP %i is refused with the time to wait', async (status, headers, waitMs) => {
    const site = await opened(page('secret words', headers, status));
    const refused = await read(reading().reader, `${site.url}/feed?key=secret`).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(SourceRefused);
    expect(refused).toMatchObject({ status, waitMs });
    expect(String(refused)).toContain(`${site.url}/feed answers HTTP ${status}.`);
    expect(String(refused)).not.toContain('secret');
  });

  test('a body without end is left at the limit, packed or not', async () => {
    const site = await opened((response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const { reader } = reading({ maxBodyBytes: 1_000_000 });
    await expect(read(reader, site.url)).rejects.toThrow(LimitReached);
    site.answer = page(gzipSync(Buffer.alloc(20_000_000)), { 'content-encoding': 'gzip' });
    await expect(read(reader, site.url)).rejects.toThrow(/more than 1000000 bytes/);
  });

  test.each([
    ['no answer', (() => undefined) as Answer],
    ['half an answer', ((response) => response.writeHead(200).write('<rss>')) as Answer],
  ])('%s is given up after the time that a visit may take', async (_, answer) => {
    const site = await opened(answer);
    const { clock, reader } = reading();
    const visit = read(reader, site.url);
    visit.catch(() => undefined);
    await until(() => site.visits.length === 1);
    clock.wakeNext();
    await expect(visit).rejects.toThrow(/gave no whole answer within 20 s/);
    expect(clock.sleeping).toBe(0);
  });

  test('is stopped by the signal', async () => {
    const site = await opened(() => undefined);
    const stop = new AbortController();
    const visit = reading().reader.read(site.url, { accept: '*/*', signal: stop.signal });
    visit.catch(() => undefined);
    await until(() => site.visits.length === 1);
    stop.abort();
    await expect(visit).rejects.toThrow(SourceUnreachable);
  });

  test('a host that is not there is unreachable', async () => {
    const site = await opened(() => undefined);
    const { url } = site;
    await sites.pop()?.close();
    await expect(read(reading().reader, url)).rejects.toThrow(/cannot be reached/);
  });

  test('follows redirects of the same host, a few of them', async () => {
    const site = await opened((response, { path }) => {
      const step = Number(path.slice(1));
      if (step === 0) response.end('there');
      else response.writeHead(302, { location: `/${step - 1}` }).end();
    });
    const there = (await read(reading().reader, `${site.url}/5`)) as Page;
    expect([there.body.toString(), there.url]).toEqual(['there', `${site.url}/0`]);
    await expect(read(reading().reader, `${site.url}/6`)).rejects.toThrow(/redirects without end/);
  });

  test.each([
    ['http://localhost:1/', 'into a private network'],
    ['http://169.254.169.254/latest/meta-data', 'into a private network'],
    ['http://[::ffff:10.0.0.1]/', 'into a private network'],
    ['file:///etc/passwd', 'redirects to file:'],
    ['http://', 'redirects to no address'],
  ])('does not follow a redirect to %s', async (location, words) => {
    const site = await opened((response) => response.writeHead(301, { location }).end());
    await expect(read(reading().reader, site.url)).rejects.toThrow(words);
    expect(site.visits).toHaveLength(1);
  });

  test('asks a host one thing at a time, and two hosts at once', async () => {
    const slow: Answer = (response) => setImmediate(() => response.end('x'));
    const [one, two] = [await opened(slow), await opened(() => undefined)];
    const { reader, clock } = reading();
    const held = read(reader, two.url);
    held.catch(() => undefined);
    await Promise.all([1, 2, 3, 4].map((n) => read(reader, `${one.url}/${n}`)));
    expect([one.visits.length, one.mostAtOnce]).toEqual([4, 1]);
    await until(() => two.visits.length === 1);
    clock.wakeNext();
    await expect(held).rejects.toThrow(SourceUnreachable);
  });
});

test('a failure does not stop the queue of its host, and an empty queue is forgotten', async () => {
  const queue = new HostQueue();
  const failing = queue.run('a', () => Promise.reject(new Error('no')));
  const next = queue.run('a', async () => 'done');
  await expect(failing).rejects.toThrow('no');
  await expect(next).resolves.toBe('done');
  await until(() => queue.busy === 0);
});

test.each([
  ['10.1.2.3', true],
  ['127.0.0.1', true],
  ['169.254.169.254', true],
  ['192.168.1.1', true],
  ['::1', true],
  ['fd00::1', true],
  ['::ffff:127.0.0.1', true],
  ['no address', true],
  ['93.184.216.34', false],
  ['2606:2800:220:1::1', false],
])('%s is private: %s', (address, inside) => {
  expect(isPrivateAddress(address)).toBe(inside);
});

test('waits are read in all their forms, and bounded', () => {
  expect(retryAfterMs('3.5', NOW)).toBe(3500);
  expect(retryAfterMs('Sat, 21 Nov 2026 11:00:00 GMT', NOW)).toBe(0);
  expect(retryAfterMs('soon', NOW)).toBe(0);
  expect(retryAfterMs('99999999', NOW)).toBe(LONGEST_WAIT_MS);
  expect(maxAgeMs('no-cache, max-age = "60"', null)).toBe(60_000);
  expect(maxAgeMs('s-maxage=60', null)).toBe(0);
  expect(maxAgeMs('max-age=60', '90')).toBe(0);
  expect(maxAgeMs('max-age=31536000', null)).toBe(LONGEST_WAIT_MS);
  expect(ttlMs(15)).toBe(900_000);
  expect(ttlMs(-1)).toBe(0);
  expect(ttlMs(undefined)).toBe(0);
});
