import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { describeWithData } from '../../../test/support/data.ts';
import { ManualClock } from '../../../test/support/manualClock.ts';
import { ConnectorError } from '../../errors.ts';
import { MemoryLanding } from '../../memoryLanding.ts';
import { type ImportNewsOptions, type ImportNewsReport, importNews } from './importNews.ts';

const NOW = '2026-11-21T12:00:00.000Z';
const folder = mkdtempSync(join(tmpdir(), 'tickwave-news-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function file(content: string | Buffer): string {
  const path = join(folder, `headlines${++count}.csv`);
  writeFileSync(path, content);
  return path;
}

function run(
  files: ImportNewsOptions['files'],
  landing: MemoryLanding,
  more: Partial<ImportNewsOptions> = {},
): Promise<ImportNewsReport> {
  return importNews({ files, landing, clock: new ManualClock(Date.parse(NOW)), ...more });
}

describe('importNews', () => {
  test('NDJSON with the fields of the table, and what was exported keeps its id and its time', async () => {
    const landing = new MemoryLanding();
    const exported = {
      id: 'ab'.repeat(16),
      source: 'desk',
      title: 'Without an address',
      summary: null,
      url: null,
      published_at: null,
      received_at: '2026-11-01T00:00:00.000Z',
    };
    const lines = [
      JSON.stringify(exported),
      '{"title":"Plain","url":"https://a.example/1","published_at":"2026-11-20T00:00:00Z"}',
      '{"title":',
      '{"title":7}',
      '{"title":"Early","received_at":"2030-01-01T00:00:00Z"}',
    ];
    const report = await run([{ path: file(lines.join('\n')), source: 'archive' }], landing);
    expect(report).toMatchObject({ rows: 5, stories: 2, duplicates: 0, bad: 3, completed: true });
    expect([...landing.stored.news.values()]).toMatchObject([
      { id: exported.id, source: 'desk', receivedAt: '2026-11-01T00:00:00.000Z' },
      { source: 'archive', title: 'Plain', receivedAt: NOW, publishedAt: '2026-11-20T00:00:00.000Z' },
    ]);
    expect(
      [...landing.stored.deadLetters.values()].map(({ place, reason, raw }) => [
        place.slice(-2),
        reason,
        Buffer.from(raw).toString(),
      ]),
    ).toEqual([
      [':3', 'line is "{\\"title\\":"; expected one JSON object.', lines[2]],
      [':4', 'title is 7; expected a text.', lines[3]],
      [':5', 'received_at is "2030-01-01T00:00:00Z"; expected a time that is past.', lines[4]],
    ]);
  });

  test('CSV with the usual names, newlines in quotes, gzipped', async () => {
    const landing = new MemoryLanding();
    const csv =
      '\ufeffDate,Headline,Link,Text\r\n2026-11-20,"One, ""two""\nthree",https://a.example/1,sum\r\n,"",,\r\n2026-11-20,Only a title,,\r\n';
    const report = await run([{ path: file(gzipSync(csv)), source: 's' }], landing);
    expect(report).toMatchObject({ rows: 3, stories: 2, bad: 1 });
    expect([...landing.stored.news.values()]).toMatchObject([
      {
        title: 'One, "two" three',
        url: 'https://a.example/1',
        summary: 'sum',
        publishedAt: '2026-11-20T00:00:00.000Z',
      },
      { title: 'Only a title', url: null },
    ]);
    expect(
      [...landing.stored.deadLetters.values()].map(({ raw }) => Buffer.from(raw).toString().trim()),
    ).toEqual([',"",,']);
  });

  test('columns by a mapping, and what is wrong with one', async () => {
    const path = file('when,what\n2026-11-20T00:00:00Z,Hello there');
    const landing = new MemoryLanding();
    await run([{ path, map: 'title=what, published_at=When' }], landing);
    expect([...landing.stored.news.values()]).toMatchObject([
      {
        title: 'Hello there',
        source: expect.stringMatching(/^headlines\d+$/),
        publishedAt: '2026-11-20T00:00:00.000Z',
      },
    ]);
    await expect(run([{ path }], landing)).rejects.toThrow(/no column of titles.*--map title=/s);
    await expect(run([{ path, map: 'title=headline' }], landing)).rejects.toThrow(/the file has when, what/);
    await expect(run([{ path, map: 'name=what' }], landing)).rejects.toThrow(/"name"; name title/);
    await expect(run([{ path, map: 'url=what' }], landing)).rejects.toThrow(/names no title/);
    await expect(run([{ path: join(folder, 'absent.csv') }], landing)).rejects.toThrow(ConnectorError);
    await expect(run([{ path: file('') }], landing)).rejects.toThrow(/is empty/);
    await expect(run([], landing)).rejects.toThrow(/nothing to import/);
  });

  test('may be broken off and repeated; gives up on what is no news', async () => {
    const rows = Array.from(
      { length: 50 },
      (_, n) => `Story number ${n} of the whole day,https://a.example/${n}`,
    );
    const path = file(`title,url\n${rows.join('\n')}`);
    const landing = new MemoryLanding();
    const stop = new AbortController();
    const broken = await run([{ path }], landing, {
      chunkRows: 20,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    expect(broken).toMatchObject({ rows: 20, stories: 20, completed: false });
    expect(await run([{ path }], landing, { chunkRows: 20 })).toMatchObject({
      rows: 50,
      stories: 30,
      duplicates: 20,
      completed: true,
    });
    const empty = file(`title,url\n${',x\n'.repeat(50)}`);
    await expect(run([{ path: empty }], landing, { chunkRows: 10, maxBadRows: 15 })).rejects.toThrow(
      /More than 15 rows/,
    );
  });

  test('any file lands, leaves dead letters, or is refused in words', async () => {
    const content = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.json()).map((lines) => `{"title":"x"}\n${lines.join('\n')}`),
      fc.string().map((text) => `title,url\n${text}`),
    );
    await fc.assert(
      fc.asyncProperty(content, async (text) => {
        const landing = new MemoryLanding();
        const report = await run([{ path: file(text) }], landing).catch((error: unknown) => {
          expect(error).toBeInstanceOf(ConnectorError);
          return null;
        });
        if (report !== null) expect(report.rows).toBe(report.stories + report.duplicates + report.bad);
      }),
      { numRuns: 60 },
    );
  });
});

describeWithData(
  'recorded headlines',
  [
    'news/cryptonews_2021_2022.csv',
    'news/cryptopanic_headlines_2026.csv',
    'news/cryptopanic_labelled_202511.csv',
  ],
  (...files) => {
    test('are read by their headers, and a second time change nothing', async () => {
      const landing = new MemoryLanding();
      const sources = files.map((path) => ({ path }));
      const report = await run(sources, landing);
      expect(report).toMatchObject({ rows: 11_697, bad: 0, completed: true });
      expect(report.stories + report.duplicates).toBe(11_697);
      expect(report.duplicates).toBeLessThan(40);
      const stories = [...landing.stored.news.values()];
      expect(stories.filter((story) => story.publishedAt !== null)).toHaveLength(stories.length);
      expect(new Set(stories.map((story) => story.source)).size).toBeGreaterThan(50);
      const again = await run(sources.slice(1), landing);
      expect(again).toMatchObject({ rows: 4173, stories: 0, duplicates: 4173 });
    });
  },
);
