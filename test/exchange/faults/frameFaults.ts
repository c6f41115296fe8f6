import { Random } from '../../../connectors/simulator/random.ts';
import type { Line, WireFrame } from '../line.ts';
import { BINARY, TEXT, textFrame } from '../line.ts';
import type { SimulatedExchange } from '../simulatedExchange.ts';
import type { MadeTrade } from '../tape.ts';
import { type Fault, type FaultUnit, over, picked } from './fault.ts';

// What goes wrong with frames. Each waits for the next frames that tell of trades on its connection.

type Change = (
  frames: readonly WireFrame[],
  context: {
    readonly exchange: SimulatedExchange;
    readonly line: Line;
    readonly fault: Fault;
    readonly trades: readonly MadeTrade[];
  },
) => readonly WireFrame[];

function onFrames(kind: string, upTo: number, change: Change): FaultUnit {
  return {
    kind,
    lastsMs: [0, 0],
    upTo,
    begin(exchange, fault) {
      const line = picked(exchange.lines, fault);
      if (line === undefined) return null;
      line.armed.push((frames, armed, trades) => change(frames, { exchange, line: armed, fault, trades }));
      return over;
    },
  };
}

const duplicate = onFrames('duplicate-frames', 3, (frames, { fault }) =>
  Array.from({ length: fault.amount + 1 }, () => frames).flat(),
);

/** Sent behind the trades that come next. */
const reordered = onFrames('reordered-frames', 1, (frames, { line }) => {
  line.held.push(...frames);
  return [];
});

const snapshotAgain = onFrames('snapshot-again', 1, (frames, { exchange, trades }) => {
  const market = exchange.market(trades[0]?.row.symbol ?? '');
  return market === undefined ? frames : [...frames, ...exchange.dialect.snapshot(market).map(textFrame)];
});

/** Channels, events and fields of a version to come; the trades themselves are readable in it. */
const unknown = onFrames('unknown-fields', 1, (_frames, { exchange, trades }) =>
  exchange.dialect.unknown(trades).map(textFrame),
);

/** The frames of trades come damaged: cut off, or with a field that is no number. Their trades are lost to the socket. */
const malformed = onFrames('malformed-json', 1, (frames, { exchange, line, fault }) => {
  const damaged = frames.map((frame, index): WireFrame => {
    const text = Buffer.from(frame.payload).toString();
    // A mark that no other frame has makes each one findable among the dead letters.
    const mark = `${exchange.malformed.length + index}`;
    const payload = fault.pick < 0.5 ? cutOff(text, mark) : withoutNumber(text, mark);
    return { opcode: TEXT, payload: Buffer.from(payload) };
  });
  line.send(damaged);
  for (const { payload } of damaged) exchange.noteMalformed(line, payload);
  return [];
});

const garbage = onFrames('binary-garbage', 200, (frames, { exchange, line, fault }) => {
  const random = new Random(fault.atMs, 'garbage');
  const payload = Uint8Array.from({ length: 8 + fault.amount }, () => random.below(256));
  line.send([...frames, { opcode: BINARY, payload }]);
  exchange.noteMalformed(line, payload);
  return [];
});

function cutOff(text: string, mark: string): string {
  return `{"damaged":${mark},${text.slice(1, Math.ceil(text.length * 0.7))}`;
}

function withoutNumber(text: string, mark: string): string {
  return text.replace(/"(price|p|trade_id|t)":[^,}]*/, `"$1":"no number ${mark}"`);
}

export const frameFaults: readonly FaultUnit[] = [
  duplicate,
  reordered,
  snapshotAgain,
  unknown,
  malformed,
  garbage,
];
