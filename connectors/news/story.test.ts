import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BadField } from '../errors.ts';
import { canonicalUrl, webAddress } from './canonicalUrl.ts';
import { plainText } from './plainText.ts';
import { publishedAt } from './publishedAt.ts';
import { MAX_SUMMARY_LENGTH, MAX_TITLE_LENGTH, storyOf } from './story.ts';

const NOW = '2026-11-21T12:00:00.000Z';
const NOW_MS = Date.parse(NOW);

describe('plainText', () => {
  test.each([
    ['<p>Fees &lt; 5&nbsp;%</p><p>and <b>bo</b>ld</p>', 'Fees < 5 % and bold'],
    ['a<script>steal()</script> b<style>p{}</style>', 'a b'],
    ['Tom &amp; Jerry&#8217;s &#x1F680;', 'Tom & Jerry’s 🚀'],
    ['price < 5 and > 3', 'price < 5 and > 3'],
    ['line\none\t\u0000two\u00a0three', 'line one two three'],
    ['safe\u202egnp.exe\u200b', 'safegnp.exe'],
    ['<img src=x onerror=alert(1)>text', 'text'],
  ])('%j is %j', (html, text) => {
    expect(plainText(html, 500)).toBe(text);
  });

  test('cuts at the limit, and never half a character', () => {
    expect(plainText('abcdef', 4)).toBe('abc…');
    expect(plainText('ab🚀def', 4)).toBe('ab…');
  });

  test('any text becomes one well-formed line within the limit, and stays the same when it is plain', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.integer({ min: 2, max: 100 }),
        (html, limit) => {
          const text = plainText(html, limit);
          expect(text.length).toBeLessThanOrEqual(limit);
          expect(text).not.toMatch(/\p{Cs}|\p{Cc}/u);
          expect(text).toBe(text.trim());
        },
      ),
    );
  });
});

describe('canonicalUrl', () => {
  test.each([
    'https://www.example.com/news/a?utm_source=rss&utm_medium=feed',
    'http://example.com/news/a/',
    'https://EXAMPLE.com:443/news/a#comments',
    'https://m.example.com/news//a?fbclid=1',
    'https://amp.example.com/news/a/amp/',
    'https://example.com/amp/news/a',
    'https://www.example.com/news/a/?mtm_campaign=API-OFA&ref=home',
  ])('%s is the story of example.com/news/a', (url) => {
    expect(canonicalUrl(url)).toBe('https://example.com/news/a');
  });

  test('keeps what tells stories apart', () => {
    const urls = [
      'https://example.com/?p=1',
      'https://example.com/?p=2',
      'https://example.com/A',
      'https://example.com/a',
      'https://blog.example.com/a',
      'https://example.com:8443/a',
      'https://m.co/a',
    ];
    expect(new Set(urls.map(canonicalUrl)).size).toBe(urls.length);
  });

  test('is the same for any tracking, order of parameters and spelling of the host, and canonical of itself', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const pairs = fc.uniqueArray(fc.tuple(word, word), { maxLength: 4, selector: ([name]) => name });
    const tracking = fc.array(fc.constantFrom('utm_source=x', 'gclid=1', 'UTM_Campaign=y', 'fbclid=z'));
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 4 }),
        pairs,
        tracking,
        fc.boolean(),
        (path, query, noise, flip) => {
          const kept = query.filter(
            ([name]) => !['ref', 'rss', 'amp', 'sref', 'taid', 'ncid', 'cmpid'].includes(name),
          );
          const plain = `https://example.com/${path.join('/')}`;
          const parameters = kept.map(([name, value]) => `${name}=${value}`);
          const one = `${plain}?${parameters.join('&')}`;
          const shuffled = [...noise, ...(flip ? parameters.reverse() : parameters)].join('&');
          const two = `http://WWW.Example.com:80/${path.join('/')}/?${shuffled}#x`;
          expect(canonicalUrl(two)).toBe(canonicalUrl(one));
          expect(canonicalUrl(canonicalUrl(one))).toBe(canonicalUrl(one));
        },
      ),
    );
  });

  test.each([
    'javascript:alert(1)',
    'ftp://example.com/a',
    'data:text/html,x',
    '',
    '   ',
    '/relative',
    'http://',
  ])('%j is no address', (text) => {
    expect(webAddress(text)).toBeNull();
  });

  test('addresses lose credentials and gain a base', () => {
    expect(webAddress('http://user:secret@example.com/a')).toBe('http://example.com/a');
    expect(webAddress('../b', 'https://example.com/news/a')).toBe('https://example.com/b');
    expect(webAddress(`https://example.com/${'a'.repeat(3000)}`)).toBeNull();
  });
});

describe('publishedAt', () => {
  test.each([
    ['Sat, 21 Nov 2026 06:30:00 EST', '2026-11-21T11:30:00.000Z'],
    ['21 Nov 26 06:30 GMT', '2026-11-21T06:30:00.000Z'],
    ['Saturday, 21 November 2026 06:30:00 +0530', '2026-11-21T01:00:00.000Z'],
    ['2026-11-21T06:30:00+01:00', '2026-11-21T05:30:00.000Z'],
    ['2026-11-21T06:30:00.123456Z', '2026-11-21T06:30:00.123456Z'],
    ['2026-11-21 06:30:00+00:00', '2026-11-21T06:30:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    ['Sat, 21 Nov 2026 18:00:00 GMT', '2026-11-21T18:00:00.000Z'],
  ])('%s is %s', (text, iso) => {
    expect(publishedAt(text, NOW_MS)).toBe(iso);
  });

  test.each([
    ['the publisher does not say', undefined],
    ['it is in no known form', 'yesterday'],
    ['the zone is unknown', 'Sat, 21 Nov 2026 06:30:00 XYZ'],
    ['the day does not exist', '2026-02-30T00:00:00Z'],
    ['it is more than a day ahead', '2026-11-23T00:00:00Z'],
    ['there was no Bitcoin', '1970-01-01T00:00:00Z'],
  ])('is not known where %s', (_, text) => {
    expect(publishedAt(text, NOW_MS)).toBeNull();
  });
});

describe('storyOf', () => {
  test('variants of an address are one id, other addresses another', () => {
    const of = (url: string): string => storyOf({ source: 's', title: 't', url }, NOW).id;
    expect(of('https://www.example.com/a/?utm_source=x')).toBe(of('http://example.com/a'));
    expect(of('https://example.com/a')).not.toBe(of('https://example.com/b'));
    expect(of('https://example.com/a')).toMatch(/^[0-9a-f]{32}$/);
  });

  test('without an address the source and its own name of the story are the id', () => {
    const of = (source: string, guid: string): string => storyOf({ source, title: 't', guid }, NOW).id;
    expect(of('a', '1')).toBe(of('a', '1'));
    expect(new Set([of('a', '1'), of('a', '2'), of('b', '1')]).size).toBe(3);
  });

  test('a text stands for a missing title', () => {
    const story = storyOf({ source: 's', summary: '<p>Only a text</p>' }, NOW);
    expect(story).toMatchObject({ title: 'Only a text', summary: null, url: null, publishedAt: null });
  });

  test('neither title nor text is refused by the name of the field', () => {
    expect(() => storyOf({ source: 's', title: ' <br> ' }, NOW)).toThrow(BadField);
    expect(() => storyOf({ source: 's', title: '&nbsp;' }, NOW)).toThrow(/title is/);
  });

  test('any words are a story within the limits, or refused', () => {
    const text = fc.option(
      fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.constant('x'.repeat(5000))),
    );
    fc.assert(
      fc.property(text, text, text, text, text, (title, summary, url, guid, date) => {
        try {
          const story = storyOf({ source: 's', title, summary, url, guid, publishedAt: date }, NOW);
          expect(story.title.length).toBeGreaterThan(0);
          expect(story.title.length).toBeLessThanOrEqual(MAX_TITLE_LENGTH);
          expect(story.summary?.length ?? 0).toBeLessThanOrEqual(MAX_SUMMARY_LENGTH);
          if (story.url !== null) expect(story.url).toMatch(/^https?:\/\//);
        } catch (error) {
          expect(error).toBeInstanceOf(BadField);
        }
      }),
    );
  });
});
