import { MICROS_PER_MINUTE, microsOf } from '../../../connectors/instant.ts';
import type { DeadLetter, Heartbeat, Trade, TradeGap } from '../../../connectors/landing.ts';
import { trimmed } from '../decimals.ts';
import type { MalformedFrame } from '../simulatedExchange.ts';
import type { MarketTape, Tape } from '../tape.ts';
import type { Death } from './watchedLanding.ts';

/** What is in the database at the end. */
export interface Stored {
  readonly trades: readonly Trade[];
  readonly heartbeats: readonly Heartbeat[];
  readonly gaps: readonly TradeGap[];
  readonly deadLetters: readonly DeadLetter[];
}

// Each function gives the differences between what is stored and what happened as sentences: none when they agree.

/** Every trade from a market's first landed one on, with all fields, and no other. */
export function wrongTrades(tape: Tape, stored: Stored): readonly string[] {
  return tape.markets.flatMap((market) => {
    const rows = stored.trades.filter((trade) => trade.symbol === market.symbol);
    const byId = new Map(rows.map((row) => [row.tradeId, row]));
    const covered = coveredTrades(market, stored);
    const wrong = covered.flatMap(({ row }) => {
      const landed = byId.get(row.tradeId);
      byId.delete(row.tradeId);
      if (landed === undefined) return [`${market.symbol} ${row.tradeId} of ${row.ts} did not land`];
      return textOf(landed) === textOf(row) ? [] : [`landed ${textOf(landed)}, made ${textOf(row)}`];
    });
    const extra = [...byId.values()].map((row) => `nobody made ${textOf(row)}`);
    const none = rows.length === 0 ? [`no trade of ${market.symbol} landed`] : [];
    return [...wrong, ...extra, ...none];
  });
}

/** Holes: none open; `repaired` and `permanent` as the ids say; each id that was never given lies in a permanent one. */
export function wrongGaps(tape: Tape, stored: Stored): readonly string[] {
  return tape.markets.flatMap((market) => {
    const rows = stored.gaps.filter((gap) => gap.symbol === market.symbol);
    const wrong = rows.flatMap((gap) => {
      const [from, to] = [Number(gap.fromId), Number(gap.toId)];
      const never = skippedIds(market).filter((id) => id >= from && id <= to).length;
      const missing = to - from + 1;
      const expected = `${missing} missing, ${missing - never} repaired, ${never > 0 ? 'permanent' : 'repaired'}`;
      const said = `${gap.missing} missing, ${gap.repaired} repaired, ${gap.status}`;
      const place = `${market.symbol} ${gap.fromId} to ${gap.toId} (${gap.cause})`;
      const open = gap.closedAt === null ? [`${place} has no end`] : [];
      return said === expected ? open : [`${place}: ${said}; expected ${expected}`];
    });
    const permanent = rows.filter((gap) => gap.status === 'permanent');
    const covered = coveredTrades(market, stored);
    const [first, last] = [covered[0]?.id ?? 0, covered.at(-1)?.id ?? 0];
    const unknown = skippedIds(market)
      .filter((id) => id > first && id < last)
      .filter((id) => !permanent.some((gap) => Number(gap.fromId) <= id && id <= Number(gap.toId)))
      .map((id) => `${market.symbol} ${id} was never given, and no permanent hole says so`);
    return [...wrong, ...unknown];
  });
}

/** Every whole minute from a market's first landed trade to the last one that is over. */
export function wrongHeartbeats(tape: Tape, stored: Stored): readonly string[] {
  return tape.markets.flatMap((market) => {
    const rows = stored.heartbeats.filter((row) => row.symbol === market.symbol);
    const said = new Set(rows.map((row) => microsOf(row.minute)));
    const first = coveredTrades(market, stored)[0]?.micros ?? tape.position;
    const lacking: string[] = [];
    const begin = Math.ceil(first / MICROS_PER_MINUTE) * MICROS_PER_MINUTE;
    for (let minute = begin; minute + MICROS_PER_MINUTE <= tape.restedAt; minute += MICROS_PER_MINUTE) {
      if (!said.has(minute))
        lacking.push(`${market.symbol} has no heartbeat of ${new Date(minute / 1000).toISOString()}`);
    }
    return lacking;
  });
}

/** What a feed had just read when it was killed may be lost: a slow database had not stored it yet. Milliseconds. */
const IN_HAND_MS = 40_000;

/** Each frame that nobody can read and that the feed has passed is kept with its bytes, once. */
export function wrongLetters(
  malformed: readonly MalformedFrame[],
  stored: Stored,
  deaths: readonly Death[],
): readonly string[] {
  const due = ({ passedAt }: MalformedFrame): boolean =>
    passedAt !== null &&
    !deaths.some(({ fromMs, toMs }) => passedAt > fromMs - IN_HAND_MS && passedAt <= toMs);
  const kept = new Map<string, number>();
  for (const { raw } of stored.deadLetters) {
    const bytes = Buffer.from(raw).toString('base64');
    kept.set(bytes, (kept.get(bytes) ?? 0) + 1);
  }
  const sent = new Set(malformed.map((frame) => Buffer.from(frame.payload).toString('base64')));
  const lost = malformed
    .filter((frame) => due(frame) && !kept.has(Buffer.from(frame.payload).toString('base64')))
    .map((frame) => `lost: ${JSON.stringify(Buffer.from(frame.payload).toString('latin1').slice(0, 80))}`);
  const wrong = [...kept].flatMap(([bytes, times]) => {
    const words = JSON.stringify(Buffer.from(bytes, 'base64').toString('latin1').slice(0, 80));
    if (!sent.has(bytes)) return [`kept, but it was never sent as malformed: ${words}`];
    return times === 1 ? [] : [`kept ${times} times: ${words}`];
  });
  return [...lost, ...wrong];
}

/** What the feed answers for: a market's trades from the first that landed. */
export function coveredTrades(market: MarketTape, stored: Stored): MarketTape['trades'] {
  let first = Number.POSITIVE_INFINITY;
  for (const { symbol, tradeId } of stored.trades) {
    if (symbol === market.symbol) first = Math.min(first, Number(tradeId));
  }
  return market.trades.slice(market.indexOf(first));
}

function skippedIds(market: MarketTape): readonly number[] {
  return market.skipped.flatMap(({ fromId, toId }) =>
    Array.from({ length: toId - fromId + 1 }, (_, index) => fromId + index),
  );
}

/** All fields but when it was received; zeros at the end of a number mean nothing. */
function textOf({ exchange, symbol, tradeId, ts, price, quantity, side }: Trade): string {
  return [exchange, symbol, tradeId, microsOf(ts), trimmed(price), trimmed(quantity), side].join(' ');
}
