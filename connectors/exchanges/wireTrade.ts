import { positiveDecimal } from '../decimal.ts';
import { BadField } from '../errors.ts';
import { isoOf } from '../instant.ts';
import type { Side, Trade } from '../landing.ts';
import { textIn } from './json.ts';

/** Bitcoin's first block, microseconds since the Unix epoch: no exchange is older. */
const EARLIEST = Date.UTC(2009, 0, 3) * 1000;
const DAY_MS = 86_400_000;
/** No leading zeros: the text is a key. It fits PostgreSQL's bigint. */
const ID = /^(?:0|[1-9]\d{0,17})$/;

/** A trade's values as an exchange writes them; what is unknown is still to be checked. */
export interface WireTrade {
  readonly exchange: string;
  /** As `BTC/USD`. */
  readonly symbol: string;
  readonly id: unknown;
  /** Microseconds since the Unix epoch. */
  readonly micros: number;
  readonly price: unknown;
  readonly quantity: unknown;
  /** The taker's. */
  readonly side: Side;
}

/**
 * The trade as connectors hand it over.
 * @param receivedAt ISO 8601 in UTC. A trade of more than a day later would move event time on for good: it is refused.
 * @throws BadField
 */
export function tradeOf(wire: WireTrade, receivedAt: string): Trade {
  if (wire.micros < EARLIEST || wire.micros / 1000 > Date.parse(receivedAt) + DAY_MS) {
    throw new BadField('time', isoOf(wire.micros), `a time from 2009 to a day after ${receivedAt}`);
  }
  return {
    exchange: wire.exchange,
    symbol: wire.symbol,
    tradeId: idIn(wire.id, 'trade id'),
    ts: isoOf(wire.micros),
    price: positiveDecimal(textIn(wire.price, 'price'), 'price'),
    quantity: positiveDecimal(textIn(wire.quantity, 'quantity'), 'quantity'),
    side: wire.side,
    receivedAt,
  };
}

/** An exchange's id of a trade, as text. @throws BadField */
export function idIn(value: unknown, field: string): string {
  const text = textIn(value, field);
  if (ID.test(text)) return text;
  throw new BadField(field, text, 'a whole number of at most 18 digits');
}

/** Negative, 0 or positive as id a is below, equal to or above b; of ids without leading zeros. */
export function compareIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a === b ? 0 : a < b ? -1 : 1;
}

/** In order of id. Exchanges send them so; a frame that is not so is put right. */
export function inOrder(trades: readonly Trade[]): readonly Trade[] {
  const sorted = trades.every((trade, i) => {
    const before = trades[i - 1];
    return before === undefined || compareIds(before.tradeId, trade.tradeId) <= 0;
  });
  return sorted ? trades : [...trades].sort((a, b) => compareIds(a.tradeId, b.tradeId));
}

/** The taker's side in the words of an interface. @throws BadField */
export function sideIn(value: unknown, buy: string, sell: string): Side {
  const text = textIn(value, 'side');
  if (text === buy) return 'buy';
  if (text === sell) return 'sell';
  throw new BadField('side', text, `${buy} or ${sell}`);
}
