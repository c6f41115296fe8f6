import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Quote, readCsv, readQuotes } from './quotes.ts';
import type { Series } from './series.ts';
import { Textbook } from './textbook.ts';

/** The bars that indicators are compared on; `minutes` are the bars of `default` as the minutes of one day. */
export type Market = 'default' | 'minutes' | 'bitcoin' | 'longish';

/** What one column is compared with. */
export interface Reference {
  readonly name: 'Skender' | 'TA-Lib' | 'textbook';
  readonly market: Market;
  readonly values: Series;
}

/** The reference results, read from the folder of recorded data. */
export class References {
  private readonly talibColumns: Readonly<Record<string, string>>[];
  private readonly quotesOf = new Map<Market, readonly Quote[]>();

  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    this.talibColumns = readCsv(join(folder, 'talib_skender_default.csv'));
  }

  quotes(market: Market): readonly Quote[] {
    const file = market === 'minutes' ? 'default' : market;
    const known =
      this.quotesOf.get(market) ?? readQuotes(join(this.folder, 'skender', 'quotes', `${file}.csv`));
    this.quotesOf.set(market, known);
    return known;
  }

  /** A column of Skender's results; `arrange` puts it the way the indicator is defined here. */
  skender(file: string, column: string, arrange: (values: Series) => Series = (values) => values): Reference {
    const text = readFileSync(join(this.folder, 'skender', 'results', `${file}.standard.json`), 'utf8');
    const rows = JSON.parse(text) as Readonly<Record<string, number | null>>[];
    return { name: 'Skender', market: 'default', values: arrange(rows.map((row) => row[column] ?? null)) };
  }

  /** A column that Skender adds up from the first bar on, for bars that are all of one day. */
  skenderDay(file: string, column: string): Reference {
    return { ...this.skender(file, column), market: 'minutes' };
  }

  talib(column: string): Reference {
    const values = this.talibColumns.map((row) => {
      const text = row[column.toLowerCase()];
      return text ? Number(text) : null;
    });
    return { name: 'TA-Lib', market: 'default', values };
  }

  textbook(compute: (book: Textbook) => Series, market: Market = 'bitcoin'): Reference {
    return { name: 'textbook', market, values: compute(new Textbook(this.quotes(market))) };
  }
}
