import { type FaultUnit, over, picked } from './fault.ts';

// What the exchange itself does to its markets, ids and clock.

/** Trades that REST has and the socket never sent. */
const hidden: FaultUnit = {
  kind: 'real-hole',
  lastsMs: [0, 0],
  upTo: 12,
  begin(exchange, fault) {
    const market = picked(exchange.tape.markets, fault);
    if (market === undefined) return null;
    market.toHide += fault.amount;
    return over;
  },
};

/** Ids that no trade ever gets. */
const skipped: FaultUnit = {
  kind: 'false-hole',
  lastsMs: [0, 0],
  upTo: 4,
  begin(exchange, fault) {
    const market = picked(exchange.tape.markets, fault);
    if (market === undefined) return null;
    market.toSkip += fault.amount;
    return over;
  },
};

const sameInstant: FaultUnit = {
  kind: 'one-timestamp',
  lastsMs: [0, 0],
  upTo: 5,
  begin(exchange, fault) {
    exchange.tape.sameInstantSeconds += fault.amount;
    return over;
  },
};

/** Its clock goes ahead of ours or behind it, by up to two seconds. */
const skew: FaultUnit = {
  kind: 'clock-skew',
  lastsMs: [5_000, 60_000],
  begin(exchange, fault) {
    exchange.skewMicros = Math.round((fault.pick - 0.5) * 4e6);
    return () => {
      exchange.skewMicros = 0;
    };
  },
};

/** Unknown to everybody for a while. Connections are closed, as for a deployment. */
const delisted: FaultUnit = {
  kind: 'symbol-delisted',
  lastsMs: [10_000, 45_000],
  begin(exchange, fault) {
    const market = picked(exchange.tape.markets, fault);
    if (market === undefined || !market.listed) return null;
    market.listed = false;
    for (const line of exchange.lines) {
      if (line.subscriptions.trades.has(market.symbol)) line.close(1012, 'service restart');
    }
    return () => {
      market.listed = true;
    };
  },
};

/** Nothing trades; who is connected is told where the exchange tells it. */
const maintenance: FaultUnit = {
  kind: 'maintenance',
  lastsMs: [5_000, 90_000],
  begin(exchange) {
    if (exchange.tape.halted) return null;
    exchange.tape.halted = true;
    tell();
    return () => {
      exchange.tape.halted = false;
      tell();
    };
    function tell(): void {
      for (const line of exchange.lines) line.sendText(exchange.dialect.status(exchange));
    }
  },
};

export const marketFaults: readonly FaultUnit[] = [hidden, skipped, sameInstant, skew, delisted, maintenance];
