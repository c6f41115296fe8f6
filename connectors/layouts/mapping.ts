import { positiveDecimal } from '../decimal.ts';
import { BadOption, UnknownLayout } from '../errors.ts';
import { type EpochUnit, epochUnitOf, microsOf, microsOfEpoch } from '../instant.ts';
import { type CsvLayout, fieldAt, type RowReader, sideOf, sideOfBuyerMaker, tradeIdOf } from './layout.ts';

const TARGETS = ['ts', 'price', 'quantity', 'side', 'buyer_maker', 'trade_id', 'exchange', 'symbol'] as const;
type Target = (typeof TARGETS)[number];
const UNITS = ['s', 'ms', 'us', 'ns', 'iso'] as const;

interface Source {
  /** The column's name in lower case, or its number from 1. */
  readonly column: string;
  readonly unit?: EpochUnit | 'iso';
}

const EXAMPLE = 'Write it as --map ts=time_ms:ms,price=price,quantity=amount,side=side,trade_id=id.';

/**
 * A CSV layout from the command line: `ts=time_ms:ms,price=price,quantity=amount,side=side,trade_id=id`. Columns are
 * named as in the header, or numbered from 1 where there is none.
 * @throws BadOption
 */
export function mappedLayout(text: string): CsvLayout {
  const sources = parse(text);
  for (const needed of ['ts', 'price', 'quantity'] as const) {
    if (!sources.has(needed))
      throw new BadOption(`The mapping ${JSON.stringify(text)} has no ${needed}.`, EXAMPLE);
  }
  return {
    kind: 'csv',
    name: 'mapping',
    columns: text,
    hasTradeIds: sources.has('trade_id'),
    open: (header, row) => reader(sources, header, row?.length ?? 0),
  };
}

function parse(text: string): ReadonlyMap<Target, Source> {
  const sources = new Map<Target, Source>();
  for (const part of text.split(',')) {
    const [, name = '', column = '', unit] = /^\s*(\w+)\s*=\s*([^:=]+?)\s*(?::(\w+))?\s*$/.exec(part) ?? [];
    const target = TARGETS.find((known) => known === name);
    if (target === undefined || column === '') {
      throw new BadOption(
        `The mapping's part ${JSON.stringify(part)} is not one of ${TARGETS.join(', ')}.`,
        EXAMPLE,
      );
    }
    const known = UNITS.find((candidate) => candidate === unit);
    if (unit !== undefined && (known === undefined || target !== 'ts')) {
      throw new BadOption(
        `The unit of ${JSON.stringify(part)} is not one of ${UNITS.join(', ')} of ts.`,
        EXAMPLE,
      );
    }
    sources.set(target, { column: column.toLowerCase(), ...(known === undefined ? {} : { unit: known }) });
  }
  return sources;
}

function reader(
  sources: ReadonlyMap<Target, Source>,
  header: readonly string[] | null,
  width: number,
): RowReader {
  const indexes = new Map<Target, number>();
  for (const [target, { column }] of sources) {
    const index = /^\d+$/.test(column) ? Number(column) - 1 : (header ?? []).indexOf(column);
    if (index < 0 || index >= Math.max(width, header?.length ?? 0)) {
      const there = header === null ? `${width} columns and no header` : `the columns ${header.join(', ')}`;
      throw new UnknownLayout(`The mapping's column ${column} is not in the file: it has ${there}.`, EXAMPLE);
    }
    indexes.set(target, index);
  }
  const unit = sources.get('ts')?.unit;
  const text = (fields: readonly string[], target: Target): string | undefined => {
    const index = indexes.get(target);
    return index === undefined ? undefined : fieldAt(fields, index, sources.get(target)?.column ?? target);
  };
  return (fields) => {
    const ts = text(fields, 'ts') ?? '';
    const exchange = text(fields, 'exchange');
    const symbol = text(fields, 'symbol');
    const tradeId = text(fields, 'trade_id');
    const side = text(fields, 'side');
    const buyerMaker = text(fields, 'buyer_maker');
    return {
      micros: timeOf(ts, unit),
      price: positiveDecimal(text(fields, 'price') ?? '', 'price'),
      quantity: positiveDecimal(text(fields, 'quantity') ?? '', 'quantity'),
      ...(exchange === undefined ? {} : { exchange }),
      ...(symbol === undefined ? {} : { symbol }),
      ...(tradeId === undefined ? {} : { tradeId: tradeIdOf(tradeId, 'trade_id') }),
      ...(side === undefined ? {} : { side: sideOf(side, 'side') }),
      ...(buyerMaker === undefined ? {} : { side: sideOfBuyerMaker(buyerMaker, 'buyer_maker') }),
    };
  };
}

/** Without a unit: ISO 8601, or an epoch time whose unit its length tells. */
function timeOf(text: string, unit: EpochUnit | 'iso' | undefined): number {
  if (unit === 'iso') return microsOf(text);
  if (unit === undefined && !/^\d+(\.\d+)?$/.test(text)) return microsOf(text);
  return microsOfEpoch(text, unit ?? epochUnitOf(text));
}
