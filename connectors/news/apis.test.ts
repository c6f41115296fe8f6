import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ManualClock } from '../../test/support/manualClock.ts';
import { ConnectorError } from '../errors.ts';
import { CryptoPanicSource } from './cryptoPanic.ts';
import { FeedUnreadable } from './errors.ts';
import { PageReader } from './http/reader.ts';
import { redditSource } from './reddit.ts';
import { newsSources, userAgent } from './sources.ts';
import { type Answer, page, Site } from './testing/site.ts';

const KEY = 'abcdef0123456789';
const never = new AbortController().signal;
const clock = new ManualClock(Date.parse('2026-11-21T12:00:00Z'));
const reader = new PageReader({ clock, userAgent: 'Tickwave (test)' });
const sites: Site[] = [];

afterEach(async () => {
  for (const site of sites.splice(0)) await site.close();
});

async function opened(answer: Answer): Promise<Site> {
  const site = await new Site(answer).open();
  sites.push(site);
  return site;
}

describe('Reddit', () => {
  const entry = (title: string, content: string): string =>
    `<entry><category term="Bitcoin" label="r/Bitcoin"/><id>t3_${title.length}</id><title>${title}</title>
      <link href="https://www.reddit.com/r/Bitcoin/comments/${title.length}/x/"/><published>2026-11-21T10:00:00+00:00</published>
      <content type="html">${content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</content></entry>`;
  const foot = (link: string): string =>
    `&#32; submitted by &#32; <a href="https://www.reddit.com/user/x"> /u/x </a> <br/> <span><a href="${link}">[link]</a></span> &#32; <span><a href="https://www.reddit.com/c">[comments]</a></span>`;

  test('all subreddits are one request; a post that links to a story is that story', async () => {
    const site = await opened(
      page(`<feed xmlns="http://www.w3.org/2005/Atom"><title>new</title>
        ${entry('A question', `<div class="md"><p>What now?</p></div> ${foot('https://www.reddit.com/r/Bitcoin/comments/10/x/')}`)}
        ${entry('A linked story', foot('https://www.example.com/story?a=1&amp;utm_source=reddit'))}</feed>`),
    );
    const source = redditSource({
      subreddits: ['Bitcoin', 'ethereum'],
      intervalMs: 1000,
      reader,
      clock,
      baseUrl: site.url,
    });
    const { stories } = await source.collect(never);
    expect(source.intervalMs).toBe(120_000);
    expect(site.visits.map((visit) => visit.path)).toEqual(['/r/Bitcoin+ethereum/new/.rss?limit=100']);
    expect(stories).toMatchObject([
      {
        source: 'reddit r/Bitcoin',
        title: 'A question',
        summary: 'What now?',
        url: 'https://www.reddit.com/r/Bitcoin/comments/10/x/',
      },
      {
        source: 'reddit r/Bitcoin',
        title: 'A linked story',
        summary: null,
        url: 'https://www.example.com/story?a=1&utm_source=reddit',
      },
    ]);
  });
});

describe('CryptoPanic', () => {
  const post = (minute: number, changes: object = {}): object => ({
    id: minute,
    kind: 'news',
    title: `Post of minute ${minute}`,
    description: 'What it is about',
    published_at: `2026-11-21T10:${String(minute).padStart(2, '0')}:00Z`,
    url: `https://cryptopanic.com/news/${minute}/click/`,
    original_url: `https://example.com/${minute}`,
    source: { title: 'Example', domain: 'example.com', region: 'en' },
    instruments: [{ code: 'BTC', market_cap_usd: 1 }],
    ...changes,
  });
  const json = (value: unknown): Answer =>
    page(JSON.stringify(value), { 'content-type': 'application/json' });
  const sourceAt = (baseUrl: string, plan: 'developer' | 'growth' = 'growth'): CryptoPanicSource =>
    new CryptoPanicSource({ key: KEY, plan, intervalMs: 60_000, reader, clock, baseUrl });

  test('reads one page at first, then back to what it had, and no further than three', async () => {
    const site = await opened(() => undefined);
    let newest = 10;
    site.answer = (response, visit) => {
      const at = newest - Number(new URL(visit.path, site.url).searchParams.get('page') ?? 0) * 2;
      const next = `${site.url}/api/growth/v2/posts/?auth_token=${KEY}&page=${(newest - at) / 2 + 1}`;
      json({ next, previous: null, results: [post(at), post(at - 1)] })(response, visit);
    };
    const source = sourceAt(site.url);
    const first = await source.collect(never);
    expect(site.visits).toHaveLength(1);
    expect(first.stories[0]).toMatchObject({
      source: 'example.com',
      title: 'Post of minute 10',
      summary: 'What it is about',
      url: 'https://example.com/10',
      publishedAt: '2026-11-21T10:10:00.000Z',
    });
    first.stored();
    newest = 13;
    const second = await source.collect(never);
    expect(second.stories.map((story) => story.title.slice(-2))).toEqual(['13', '12', '11', '10']);
    newest = 30;
    expect((await source.collect(never)).stories).toHaveLength(6);
    expect(new URL(site.visits[0]?.path ?? '', site.url).searchParams.get('auth_token')).toBe(KEY);
  });

  test('goes nowhere else with the key, and shows it nowhere', async () => {
    const other = await opened(json({ results: [] }));
    const site = await opened(
      json({ next: `${other.url}/api/growth/v2/posts/?auth_token=${KEY}`, results: [post(59)] }),
    );
    const source = sourceAt(site.url);
    (await source.collect(never)).stored();
    site.answer = json({
      next: `${other.url}/api/growth/v2/posts/?x`,
      results: [post(60, { published_at: '2026-11-21T11:00:00Z' })],
    });
    await source.collect(never);
    expect(other.visits).toHaveLength(0);
    site.answer = page('', {}, 403);
    const refused = await source.collect(never).catch((error: unknown) => error);
    expect(String(refused)).toMatch(/Check CRYPTOPANIC_KEY, and that CRYPTOPANIC_PLAN/);
    site.answer = json({ info: `Token ${KEY} has no access` });
    const unreadable = await source.collect(never).catch((error: unknown) => error);
    expect(unreadable).toBeInstanceOf(FeedUnreadable);
    expect(`${refused} ${unreadable} ${Buffer.from((unreadable as FeedUnreadable).raw)}`).not.toContain(KEY);
  });

  test('the developer plan is asked four times an hour at most', () => {
    expect([
      sourceAt('https://x.example', 'developer').intervalMs,
      sourceAt('https://x.example').intervalMs,
    ]).toEqual([900_000, 60_000]);
  });

  test('any posts are stories, dead letters or a typed refusal', async () => {
    const site = await opened(() => undefined);
    const posts = fc.array(
      fc.oneof(
        fc.jsonValue(),
        fc.record(
          {
            title: fc.jsonValue(),
            url: fc.jsonValue(),
            published_at: fc.jsonValue(),
            source: fc.jsonValue(),
          },
          { requiredKeys: [] },
        ),
      ),
      { maxLength: 5 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.jsonValue(), fc.record({ next: fc.jsonValue(), results: posts })),
        async (answer) => {
          site.answer = json(answer);
          await sourceAt(site.url)
            .collect(never)
            .catch((error: unknown) => expect(error).toBeInstanceOf(ConnectorError));
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('the settings name the sources', () => {
  const settings = {
    NEWS_FEEDS: ['default', 'https://feeds.example/a.xml', 'https://cointelegraph.com/rss'],
    NEWS_SUBREDDITS: ['Bitcoin'],
    NEWS_INTERVAL: 600,
    NEWS_CONTACT: null,
    CRYPTOPANIC_KEY: KEY,
    CRYPTOPANIC_PLAN: 'developer' as const,
  };
  const sources = newsSources(settings, { clock });
  expect(sources.map((source) => source.name)).toEqual([
    ...[
      'CoinDesk',
      'Cointelegraph',
      'Decrypt',
      'Kraken blog',
      'Coinbase blog',
      'Federal Reserve',
      'ECB',
      'SEC',
      'CFTC',
    ],
    ...['feeds.example', 'reddit', 'cryptopanic'],
  ]);
  expect(sources.map((source) => source.intervalMs / 1000)).toEqual([...Array(11).fill(600), 900]);
  const none = { ...settings, NEWS_FEEDS: [], NEWS_SUBREDDITS: [], CRYPTOPANIC_KEY: null };
  expect(newsSources(none, { clock })).toEqual([]);
  expect(userAgent('me@example.com')).toBe('Tickwave (feed reader; me@example.com)');
});
