import { describe, expect, test } from '@jest/globals';
import { madeReport } from '../testing/madeReport.ts';
import { complaintOf } from '../testing/wellFormed.ts';
import { html } from './markup.ts';
import { writeReport } from './page.ts';

const HOSTILE = `<script>alert('1')</script>&"x/USD`;
const UNFINISHED = /\b(NaN|undefined|Infinity|null|\[object)/;
const EMPTY_TAGS = new Set(['meta', 'br']);

function picturesOf(page: string): readonly string[] {
  return [...page.matchAll(/<svg[\s\S]*?<\/svg>/g)].map(([picture]) => picture);
}

describe('the strict reader of the tests', () => {
  test.each([
    ['<a><b></a></b>', /closed by/],
    ['<a x="1" x="2"></a>', /twice/],
    ['<a x=1></a>', /stray/],
    ['<a>1 & 2</a>', /bare/],
    ['<a>', /not closed/],
  ])('refuses %s', (markup, complaint) => {
    expect(complaintOf(markup)).toMatch(complaint);
  });
});

describe('the page', () => {
  const { html: page, json } = writeReport(madeReport('BTC/USD', 0.9));

  test('says first whether there is skill', () => {
    const words = page.replace(/<(style|title|desc)[\s\S]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' ');
    expect(words.indexOf('Skill: the error is below')).toBeGreaterThan(0);
    expect(words.indexOf('Skill: the error is below')).toBeLessThan(words.indexOf('Walk forward'));
  });

  test('has the sections, and a table beside each chart', () => {
    for (const heading of [
      'How good',
      'Models compared',
      'Walk forward',
      'Features',
      'Replay',
      'Decisions',
      'The data',
    ])
      expect(page).toMatch(new RegExp(`<h[23][^>]*>${heading}</h`));
    const figures = [...page.matchAll(/<figure>([\s\S]*?)<\/figure>/g)].map(([, inside]) => inside ?? '');
    expect(figures).toHaveLength(11);
    for (const inside of figures) {
      expect(inside).toMatch(/<figcaption>[^<]+<\/figcaption>/);
      expect(inside).toMatch(/<details>[\s\S]*<tbody><tr>/);
    }
  });

  test('is well formed, and so is each picture, with a title and a description of its own', () => {
    const [, ...rest] = page.split('<!doctype html>');
    expect(complaintOf(rest.join('').replace(/<style>[\s\S]*<\/style>/, ''), EMPTY_TAGS)).toBeNull();
    const pictures = picturesOf(page);
    expect(pictures).toHaveLength(11);
    for (const picture of pictures) {
      expect(complaintOf(picture)).toBeNull();
      expect(picture).toMatch(/<title id="[\w-]+">[^<]+<\/title><desc id="[\w-]+">[^<]+<\/desc>/);
    }
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has no number that is none, and gives the figures with their units', () => {
    expect(page.replace(/<style>[\s\S]*<\/style>/, '')).not.toMatch(UNFINISHED);
    expect(page).toContain('12.5');
    expect(page).toMatch(/\d bp</);
    expect(page).toMatch(/4\.0 ms/);
    expect(JSON.parse(json)).toEqual(madeReport('BTC/USD', 0.9));
  });

  test('asks for nothing from outside and runs no script', () => {
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:/i);
    expect(page).not.toMatch(/ on[a-z]+="/);
    expect(page).toContain("default-src 'none'".replaceAll("'", '&#39;'));
  });

  test('shows hostile names as text', () => {
    const { html: hostile } = writeReport(madeReport(HOSTILE, 0));
    expect(hostile).not.toContain('<script');
    expect(hostile).toContain('&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;x/USD');
    const [, ...rest] = hostile.split('<!doctype html>');
    expect(complaintOf(rest.join('').replace(/<style>[\s\S]*<\/style>/, ''), EMPTY_TAGS)).toBeNull();
  });

  test('says why there is no model', () => {
    const report = madeReport('BTC/USD', 0);
    const [study] = report.studies;
    if (study === undefined) throw new Error('no study');
    const problem = 'training_set has no rows';
    const verdict = { kind: 'unknown', sentence: `No verdict: ${problem}.`, evidence: [] } as const;
    const bare = { ...study, problem, verdict, training: null, live: null, decisions: [] };
    const { html: empty } = writeReport({ ...report, studies: [bare] });
    expect(empty).toContain('No verdict: training_set has no rows.');
    expect(picturesOf(empty)).toHaveLength(0);
    expect(empty.replace(/<style>[\s\S]*<\/style>/, '')).not.toMatch(UNFINISHED);
  });

  test('tells bars from minutes', () => {
    const report = madeReport('BTC/USD', 0);
    const { html: told } = writeReport({ ...report, source: { ...report.source, barMinutes: 60 } });
    expect(told).toContain('over the next 5 hours (5 bars of 1 hour)');
  });
});

test('markup escapes values, and takes markup as it is', () => {
  expect(html`<b title="${'"<'}">${'a & b'}${html`<i>${1}</i>`}${null}</b>`.text).toBe(
    '<b title="&quot;&lt;">a &amp; b<i>1</i></b>',
  );
  expect(html`${'\u0000\u001b['}`.text).toBe('  [');
});
