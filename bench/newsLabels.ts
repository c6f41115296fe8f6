import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';

export const CLASSES = ['negative', 'neutral', 'positive'] as const;
export type Class = (typeof CLASSES)[number];

/** A headline with the class that its data set gives it. */
export interface Labelled {
  readonly title: string;
  readonly label: Class;
}

const FIVE: Readonly<Record<string, Class>> = {
  'very bearish': 'negative',
  bearish: 'negative',
  neutral: 'neutral',
  bullish: 'positive',
  'very bullish': 'positive',
};
const LABEL = z.enum(CLASSES);

/**
 * 905 headlines of three days of November 2025, in five classes that are read as three. Nothing is tuned on it. The
 * labels are the output of NLTK's VADER with terms of finance, as the scraper that collected them says: not of a reader.
 */
export function testSet(): Labelled[] {
  return rows('cryptopanic_labelled_202511.csv').map((row) => ({
    title: row.title ?? '',
    label: LABEL.parse(FIVE[row.sentiment ?? '']),
  }));
}

/** 7,524 headlines of 2021 and 2022, whose class is the sign of a computed general polarity. */
export function polaritySet(): Labelled[] {
  return rows('cryptonews_2021_2022.csv').map((row) => ({
    title: row.title ?? '',
    label: LABEL.parse(row.class),
  }));
}

/** 300 headlines of February 2026, read and labelled while the word list was written. */
export function developmentSet(): Labelled[] {
  return readByUs('development');
}

/** 180 more of them, labelled by the same reader after the word list and its threshold were fixed. */
export function heldOutSet(): Labelled[] {
  return readByUs('held_out');
}

/** Labels are kept by the hash of the headline; the headlines stay where they are. */
function readByUs(part: string): Labelled[] {
  const file = new URL(`labels/headlines_2026_${part}.csv`, import.meta.url);
  const labels = new Map(
    parse<Record<string, string>>(readFileSync(file), { columns: true }).map((row) => [
      row.sha256,
      LABEL.parse(row.label),
    ]),
  );
  const found = new Map<string, Labelled>();
  for (const row of rows('cryptopanic_headlines_2026.csv')) {
    const title = (row.title ?? '').trim();
    const label = labels.get(createHash('sha256').update(title).digest('hex').slice(0, 16));
    if (label !== undefined) found.set(title, { title, label });
  }
  return [...found.values()];
}

function rows(file: string): Partial<Record<string, string>>[] {
  const folder = process.env.TICKWAVE_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));
  return parse(readFileSync(join(folder, 'news', file)), { columns: true, bom: true });
}
