import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FeedUnreadable } from '../errors.ts';
import { item, rss } from '../testing/site.ts';
import { DEFAULT_FEEDS, namedFeeds } from './defaults.ts';
import { type FeedContent, readFeed } from './readFeed.ts';

const RECEIVED = '2026-11-21T12:00:00.000Z';

function read(body: string | Buffer, contentType: string | null = null): FeedContent {
  return readFeed({
    body: Buffer.from(body as string),
    contentType,
    url: 'https://feeds.example/news/rss',
    receivedAt: RECEIVED,
    tell: ({ told }) => ({ ...told, source: 'Example' }),
  });
}

const titles = (content: FeedContent): readonly string[] => content.stories.map((story) => story.title);

describe('formats', () => {
  test('RSS 2.0', () => {
    const content = read(
      rss(
        [
          `<title><![CDATA[Fees &amp; <b>more</b>]]></title><link>https://example.com/a?utm_source=rss</link>
           <description>&lt;p&gt;First&amp;nbsp;line&lt;/p&gt;</description><guid isPermaLink="false">7</guid>
           <pubDate>Sat, 21 Nov 2026 06:00:00 -0500</pubDate>`,
          '<title>No link</title><guid>https://example.com/b</guid>',
          '<title>Relative</title><link>../c</link>',
          '<description>Only a text</description>',
        ],
        '<ttl>15</ttl>',
      ),
    );
    expect(content.stories).toMatchObject([
      {
        source: 'Example',
        title: 'Fees & more',
        summary: 'First line',
        url: 'https://example.com/a?utm_source=rss',
        publishedAt: '2026-11-21T11:00:00.000Z',
        receivedAt: RECEIVED,
      },
      { title: 'No link', url: 'https://example.com/b', publishedAt: null },
      { title: 'Relative', url: 'https://feeds.example/c' },
      { title: 'Only a text', url: null },
    ]);
    expect(content.waitMs).toBe(900_000);
  });

  test('RSS 0.91 with its document type', () => {
    const type =
      '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">';
    const feed = `<?xml version="1.0"?>${type}<rss version="0.91"><channel><item>${item('Old', 'http://e.example/1')}</item></channel></rss>`;
    expect(titles(read(feed))).toEqual(['Old']);
  });

  test('RSS 1.0', () => {
    const content = read(`<?xml version="1.0"?>
      <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="https://ecb.example/"><title>Press</title></channel>
        <item rdf:about="https://ecb.example/1"><title>Rates stay</title><link>https://ecb.example/1</link><dc:date>2026-11-20T10:00:00+01:00</dc:date></item>
      </rdf:RDF>`);
    expect(content.stories).toMatchObject([
      { title: 'Rates stay', url: 'https://ecb.example/1', publishedAt: '2026-11-20T09:00:00.000Z' },
    ]);
  });

  test('Atom', () => {
    const content =
      read(`<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://blog.example/x/"><title>B</title>
      <entry><id>tag:1</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <b>bold</b> move</div></title>
        <link rel="self" href="https://blog.example/self"/><link href="post"/>
        <published>2026-11-19T00:00:00Z</published><updated>2026-11-20T00:00:00Z</updated>
        <content type="html">&lt;p&gt;Text&lt;/p&gt;</content></entry>
      <entry><id>tag:2</id><title>Without link</title><updated>2026-11-20T00:00:00Z</updated></entry></feed>`);
    expect(content.stories).toMatchObject([
      {
        title: 'A bold move',
        summary: 'Text',
        url: 'https://blog.example/x/post',
        publishedAt: '2026-11-19T00:00:00.000Z',
      },
      { title: 'Without link', url: null, publishedAt: '2026-11-20T00:00:00.000Z' },
    ]);
  });

  test('JSON Feed', () => {
    const feed = {
      version: 'https://jsonfeed.org/version/1.1',
      title: 'J',
      items: [{ id: '1', url: 'https://j.example/1', title: 'Json', date_published: '2026-11-20T00:00:00Z' }],
    };
    expect(read(JSON.stringify(feed)).stories).toMatchObject([{ title: 'Json', url: 'https://j.example/1' }]);
  });
});

describe('encodings', () => {
  const feed = (encoding: string, title: string): string =>
    `<?xml version="1.0" encoding="${encoding}"?><rss version="2.0"><channel><item><title>${title}</title></item></channel></rss>`;

  test('by the XML declaration, the header, the byte order mark', () => {
    const latin = Buffer.from(feed('ISO-8859-1', 'Zürich'), 'latin1');
    expect(titles(read(latin))).toEqual(['Zürich']);
    expect(
      titles(read(Buffer.from(feed('utf-8', 'Zürich'), 'latin1'), 'text/xml; charset="iso-8859-1"')),
    ).toEqual(['Zürich']);
    expect(titles(read(Buffer.from(`\ufeff${feed('utf-16', 'Zürich')}`, 'utf16le')))).toEqual(['Zürich']);
    expect(
      titles(read(Buffer.from(`\ufeff${feed('UTF-8', 'Zürich 🚀')}`), 'text/xml;charset=latin1')),
    ).toEqual(['Zürich 🚀']);
    const russian = Buffer.concat([
      Buffer.from('<?xml version="1.0" encoding="windows-1251"?><rss version="2.0"><channel><item><title>'),
      Buffer.from([0xcc, 0xe8, 0xf0]),
      Buffer.from('</title></item></channel></rss>'),
    ]);
    expect(titles(read(russian))).toEqual(['Мир']);
  });

  test('said to be UTF-8 and not', () => {
    expect(titles(read(Buffer.from(feed('UTF-8', 'Zürich'), 'latin1')))).toEqual(['Zürich']);
  });

  test('unknown', () => {
    expect(() => read(feed('klingon', 'x'))).toThrow(/encoding is "klingon"/);
  });
});

describe('what is no feed', () => {
  test.each([
    ['HTML', '<!DOCTYPE html><html><head><title>Blocked</title></head></html>', /a page of HTML/],
    ['broken XML', '<rss version="2.0"><channel><item><title>A</tit', /no RSS, Atom or JSON feed/],
    ['crossed tags', '<rss version="2.0"><channel><item><title>A</link></item></channel></rss>', /no RSS/],
    ['nothing', '', /What came is empty/],
    ['other JSON', '{"error":"rate limited"}', /rate limited/],
  ])('%s', (_, body, words) => {
    expect(() => read(body)).toThrow(FeedUnreadable);
    expect(() => read(body)).toThrow(words);
  });

  test('a bomb of entities, an entity from a file, and an innocent one', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join(
      '',
    );
    for (const entities of [
      `<!ENTITY l0 "lol">${levels}`,
      '<!ENTITY l9 SYSTEM "file:///etc/passwd">',
      '<!entity l9 "x">',
    ]) {
      const feed = `<?xml version="1.0"?><!DOCTYPE rss [${entities}]><rss version="2.0"><channel><item><title>&l9;</title></item></channel></rss>`;
      expect(() => read(feed)).toThrow(/declares entities of its own/);
    }
  });

  test('a bomb that hides behind a root element in a comment stays small', () => {
    const feed =
      '<!-- <rss > --><!DOCTYPE rss [<!ENTITY a "AAAAAAAAAA"><!ENTITY b "&a;&a;&a;&a;">]><rss version="2.0"><channel><item><title>&b;&b;</title></item></channel></rss>';
    expect(titles(read(feed)).join('')).not.toContain('AAAAAAAAAAA');
  });
});

test('an item without words becomes a letter with what it had, and the others are read', () => {
  const content = read(
    rss([
      item('One', 'https://e.example/1'),
      '<link>https://e.example/2</link>',
      item('Three', 'https://e.example/3'),
    ]),
  );
  expect(titles(content)).toEqual(['One', 'Three']);
  expect(content.unusable).toHaveLength(1);
  expect(content.unusable[0]?.reason).toMatch(/^title is missing/);
  expect(JSON.parse(Buffer.from(content.unusable[0]?.raw ?? []).toString())).toMatchObject({
    link: 'https://e.example/2',
  });
});

describe('any bytes', () => {
  const typed = (body: Buffer, contentType: string | null): void => {
    try {
      for (const story of read(body, contentType).stories) expect(story.title.length).toBeGreaterThan(0);
    } catch (error) {
      expect(error).toBeInstanceOf(FeedUnreadable);
    }
  };

  test('are stories or refused', () => {
    const type = fc.option(
      fc.constantFrom(
        'text/xml; charset=utf-8',
        'text/html',
        'text/xml; charset=x',
        'text/xml; charset=utf-16',
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), type, (bytes, header) =>
        typed(Buffer.from(bytes), header),
      ),
    );
  });

  test('and so is a feed with something cut out, doubled or put in anywhere', () => {
    const good = rss([
      `<title>A &amp; B</title><link>https://e.example/1</link><pubDate>Sat, 21 Nov 2026 06:00:00 GMT</pubDate><category>c</category>`,
      item('<![CDATA[x]]>', 'y'),
    ]);
    const noise = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '<',
        '&',
        '<![CDATA[',
        ']]>',
        '<!--',
        '<item>',
        '</item>',
        '<__proto__>',
        '<constructor/>',
        '<!DOCTYPE [',
        '&#xFFFFFFFF;',
        '\u0000',
      ),
    );
    const place = fc.integer({ min: 0, max: good.length });
    fc.assert(
      fc.property(place, place, noise, (from, to, text) => {
        typed(Buffer.from(good.slice(0, from) + text + good.slice(to)), null);
      }),
      { numRuns: 500 },
    );
  });
});

test('feeds have names of their own, without what may be secret', () => {
  const names = namedFeeds([
    ...DEFAULT_FEEDS.map((feed) => feed.url),
    'https://www.reddit.com/.rss?feed=secret&user=me',
    'https://www.reddit.com/.rss?feed=other',
    'https://www.reddit.com/.rss?feed=third',
  ]).map((feed) => feed.name);
  expect(new Set(names).size).toBe(DEFAULT_FEEDS.length + 3);
  expect(names.slice(0, 1)).toEqual(['CoinDesk']);
  expect(names.join()).not.toContain('secret');
});
