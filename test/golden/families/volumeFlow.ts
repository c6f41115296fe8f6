import { type Family, FINITE } from '../comparison.ts';
import { before, type Series, zip } from '../series.ts';

/** What the last 60 rows added to a running total. */
const added60 = (total: Series): Series => zip((now, then) => now - then, total, before(total, 60));

export const volumeFlow: Family = (from) => [
  {
    column: 'mfi_14',
    formula: '100 money in / (money in + money out) of 14 rows (Quong and Soudack 1989)',
    warmUp: FINITE,
    references: [from.skender('mfi', 'mfi'), from.talib('MFI_14')],
  },
  {
    column: 'obv_60',
    formula: 'volume of rising less volume of falling closes of 60 rows (Granville 1963)',
    warmUp: FINITE,
    references: [from.skender('obv', 'obv', added60)],
  },
  {
    column: 'chaikin_money_flow_20',
    formula: "volume weighted by the close's place in the range / volume, of 20 rows (Chaikin)",
    warmUp: FINITE,
    references: [from.skender('cmf', 'cmf')],
  },
  {
    column: 'vwap_60',
    formula: 'traded value / volume of 60 rows',
    warmUp: FINITE,
    references: [from.textbook((book) => book.vwap(60))],
  },
  {
    column: 'daily_vwap',
    formula: 'traded value / volume since midnight UTC',
    warmUp: FINITE,
    references: [from.skenderDay('vwap', 'vwap')],
  },
];
