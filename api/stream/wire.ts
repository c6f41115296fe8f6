/** Bytes that are sent to a client at once, in either protocol: made once, however many get them. */
export abstract class Wire {
  #joined: WeakMap<Wire, Wire> | null = null;

  /** As frames of a WebSocket. */
  abstract get frame(): Buffer;
  /** As server-sent events. */
  abstract get event(): Buffer;

  /** This and what comes after it, as one piece: one call of the system instead of two. */
  with(next: Wire): Wire {
    this.#joined ??= new WeakMap();
    const there = this.#joined.get(next);
    if (there) return there;
    const joined = new Joined(this, next);
    this.#joined.set(next, joined);
    return joined;
  }
}

class Joined extends Wire {
  readonly #first: Wire;
  readonly #second: Wire;
  #frame: Buffer | null = null;
  #event: Buffer | null = null;

  constructor(first: Wire, second: Wire) {
    super();
    this.#first = first;
    this.#second = second;
  }

  get frame(): Buffer {
    this.#frame ??= Buffer.concat([this.#first.frame, this.#second.frame]);
    return this.#frame;
  }

  get event(): Buffer {
    this.#event ??= Buffer.concat([this.#first.event, this.#second.event]);
    return this.#event;
  }
}

const FINAL_TEXT = 0x81;

/** A text as one frame of a WebSocket from a server, which is not masked (RFC 6455, 5.2). */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = FINAL_TEXT;
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, head);
  return frame;
}
