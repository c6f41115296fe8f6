import { BadField, BadOption } from '../errors.ts';
import type { Exchange } from '../exchanges/exchange.ts';
import { isRecordedLine, recordedFrameOf } from '../exchanges/recording/recordedFrame.ts';
import { exchangeNamed } from '../exchanges/registry.ts';
import { readFrame } from '../exchanges/session/readFrame.ts';
import { microsOf } from '../instant.ts';
import type { Trade } from '../landing.ts';
import type { JsonLayout } from './layout.ts';

/** A recording of raw frames. They are read by the exchange's own protocol, as they were when they came. */
export const frames: JsonLayout = {
  kind: 'json',
  name: 'frames',
  columns: '{"t":"…","c":1,"x":"kraken","f":"the frame"}',
  hasTradeIds: true,
  fits: isRecordedLine,
  items(value): readonly Trade[] {
    const { exchange, frame, receivedMicros } = recordedFrameOf(value);
    const messages = readFrame(protocolOf(exchange), frame, receivedMicros);
    if (typeof messages === 'string') throw new BadField('f', frame.toString('utf8'), `a frame: ${messages}`);
    return messages.flatMap((message) => (message.kind === 'trades' ? message.trades : []));
  },
  read(item) {
    const { ts, receivedAt, ...trade } = item as Trade;
    return { ...trade, micros: microsOf(ts), receivedMicros: microsOf(receivedAt) };
  },
};

function protocolOf(name: string): Exchange {
  try {
    return exchangeNamed(name);
  } catch (error) {
    if (error instanceof BadOption) throw new BadField('x', name, error.remedy);
    throw error;
  }
}
