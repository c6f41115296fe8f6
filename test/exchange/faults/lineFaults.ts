import { type FaultUnit, over, picked } from './fault.ts';

// What goes wrong with connections.

/** The TCP stream ends inside a frame. */
const cut: FaultUnit = {
  kind: 'cut-mid-frame',
  lastsMs: [0, 0],
  begin(exchange, fault) {
    const line = picked(exchange.lines, fault);
    if (line === undefined) return null;
    line.armed.push((frames, cutLine) => {
      const frame = frames[0];
      if (frame === undefined) return null;
      cutLine.cutInside(frame);
      return [];
    });
    return over;
  },
};

const cleanClose: FaultUnit = {
  kind: 'clean-close',
  lastsMs: [0, 0],
  begin(exchange, fault) {
    const line = picked(exchange.lines, fault);
    line?.close(1001, 'going away');
    return line === undefined ? null : over;
  },
};

/** The socket stays open and nothing comes, not even heartbeats; trades of that time are lost to it. */
const silence: FaultUnit = {
  kind: 'silence',
  lastsMs: [2_000, 40_000],
  begin(exchange, fault) {
    const line = picked(exchange.lines, fault);
    if (line === undefined) return null;
    line.silent = true;
    return () => {
      line.silent = false;
    };
  },
};

const halfOpen: FaultUnit = {
  kind: 'half-open',
  lastsMs: [0, 0],
  begin(exchange, fault) {
    const line = picked(exchange.lines, fault);
    line?.stick();
    if (line !== undefined) exchange.lines.delete(line);
    return line === undefined ? null : over;
  },
};

const slow: FaultUnit = {
  kind: 'slow-frames',
  lastsMs: [2_000, 15_000],
  begin(exchange, fault) {
    const line = picked(exchange.lines, fault);
    if (line === undefined) return null;
    line.setSlow(true);
    return () => line.setSlow(false);
  },
};

/** Everybody is dropped and nobody let in. */
const refused: FaultUnit = {
  kind: 'connection-refused',
  lastsMs: [1_000, 20_000],
  begin(exchange) {
    const down = exchange.refuse();
    return async () => {
      await down;
      await exchange.listen();
    };
  },
};

export const lineFaults: readonly FaultUnit[] = [cut, cleanClose, silence, halfOpen, slow, refused];
