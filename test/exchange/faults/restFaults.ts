import type { RestAnswer } from '../dialect.ts';
import type { FaultUnit } from './fault.ts';

// What goes wrong with REST.

const HTML =
  '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>';
const html = { 'content-type': 'text/html; charset=UTF-8' };

function answering(kind: string, failure: RestAnswer | 'hang', only?: readonly string[]): FaultUnit {
  return {
    kind,
    lastsMs: [1_000, 15_000],
    ...(only === undefined ? {} : { only }),
    begin(exchange) {
      exchange.desk.failure = failure;
      return () => {
        if (exchange.desk.failure === failure) exchange.desk.failure = null;
      };
    },
  };
}

/** REST shows trades later than the socket. */
const lag: FaultUnit = {
  kind: 'rest-lag',
  lastsMs: [5_000, 60_000],
  upTo: 15,
  begin(exchange, fault) {
    exchange.lagMicros = fault.amount * 1e6;
    return () => {
      exchange.lagMicros = 0;
    };
  },
};

export const restFaults: readonly FaultUnit[] = [
  lag,
  answering('rest-429-retry-after', { status: 429, headers: { 'retry-after': '3' }, body: 'slow down' }),
  answering('rest-429', { status: 429, body: '{"message":"Too many requests"}' }),
  answering('rest-rate-words', { status: 200, body: '{"error":["EGeneral:Too many requests"]}' }, ['kraken']),
  answering('rest-500', { status: 500, body: '' }),
  answering('rest-502', { status: 502, body: 'Bad Gateway' }),
  answering('rest-html-200', { status: 200, headers: html, body: HTML }),
  answering('rest-html-503', { status: 503, headers: html, body: HTML }),
  answering('rest-hang', 'hang'),
];
