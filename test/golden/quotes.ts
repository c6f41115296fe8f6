import { readFileSync } from 'node:fs';

/** One bar as text, so that the database gets every digit; an empty value is null. */
export interface Quote {
  readonly open: string | null;
  readonly high: string | null;
  readonly low: string | null;
  readonly close: string | null;
  readonly volume: string | null;
}

/** Rows of a CSV file by the name of the column, in lower case. */
export function readCsv(path: string): Readonly<Record<string, string>>[] {
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  const [header = '', ...lines] = text.trim().split(/\r?\n/);
  const names = header.split(',').map((name) => name.trim().toLowerCase());
  return lines.map((line) => {
    const values = line.split(',');
    return Object.fromEntries(names.map((name, index) => [name, (values[index] ?? '').trim()]));
  });
}

/** Bars of a CSV file with columns high, low, close and perhaps open and volume. */
export function readQuotes(path: string): Quote[] {
  return readCsv(path).map((row) => {
    const value = (name: string): string | null => row[name] || null;
    const close = value('close');
    return {
      open: value('open') ?? close,
      high: value('high') ?? close,
      low: value('low') ?? close,
      close,
      volume: value('volume') ?? '0',
    };
  });
}
