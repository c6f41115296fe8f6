import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Clock } from '../../engine/clock.ts';
import type { Subscriptions } from './dialect.ts';
import type { MadeTrade } from './tape.ts';

/** Opcodes of RFC 6455. */
export const TEXT = 1;
export const BINARY = 2;
export const PING = 9;

export interface WireFrame {
  readonly opcode: typeof TEXT | typeof BINARY | typeof PING;
  readonly payload: Uint8Array;
}

/** Changes what is sent, once. @param trades those that the frames tell of. Null: nothing to do yet, ask again. */
export type FrameFault = (
  frames: readonly WireFrame[],
  line: Line,
  trades: readonly MadeTrade[],
) => readonly WireFrame[] | null;

/** A slow reader is disconnected once this much waits for it, as exchanges do. */
const MAX_WAITING_BYTES = 4 << 20;
/** What a slow line sends at a time, and how often. */
const DRIBBLE_BYTES = 61;
const DRIBBLE_MS = 50;

/**
 * One client's connection, from the exchange's side. It writes frames to the TCP stream itself, so that a frame can be
 * cut or dribbled; the `ws` package reads.
 */
export class Line {
  readonly subscriptions: Subscriptions = { trades: new Set(), heartbeats: new Set() };
  readonly armed: FrameFault[] = [];
  /** Frames held back by a fault, sent behind the next trades. */
  held: WireFrame[] = [];
  /** Nothing is sent, and what was due is lost. */
  silent = false;
  /** Nothing was sent since the last heartbeat. */
  quiet = true;
  private readonly socket: Socket;
  private readonly websocket: WebSocket;
  private readonly clock: Clock;
  private waiting = Buffer.alloc(0);
  private dribbling = false;
  private slow = false;
  private stuck = false;

  constructor(socket: Socket, websocket: WebSocket, clock: Clock) {
    this.socket = socket;
    this.websocket = websocket;
    this.clock = clock;
  }

  get open(): boolean {
    return this.websocket.readyState === this.websocket.OPEN && !this.socket.destroyed;
  }

  sendText(frames: readonly string[]): void {
    this.send(frames.map(textFrame));
  }

  /** Sends what tells of trades, through the faults that wait for such frames. */
  sendTrades(frames: readonly string[], trades: readonly MadeTrade[]): void {
    let wire: readonly WireFrame[] = frames.map(textFrame);
    const held = this.held.splice(0);
    const fault = this.armed[0];
    const changed = fault?.(wire, this, trades) ?? null;
    if (changed !== null) {
      this.armed.shift();
      wire = changed;
    }
    this.send([...wire, ...held]);
  }

  send(frames: readonly WireFrame[]): void {
    if (this.silent || !this.open || frames.length === 0) return;
    this.quiet = false;
    this.write(Buffer.concat(frames.map(encoded)));
  }

  /** Sends half of a frame and cuts the connection. */
  cutInside(frame: WireFrame): void {
    const bytes = encoded(frame);
    this.silent = true;
    this.flush();
    this.socket.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => this.socket.destroy());
  }

  /** From now on bytes come a few at a time. */
  setSlow(slow: boolean): void {
    this.slow = slow;
  }

  /** Neither reads nor writes any more, and does not say so: what a lost mobile network looks like. */
  stick(): void {
    this.silent = true;
    this.stuck = true;
    this.socket.pause();
  }

  close(code: number, reason: string): void {
    this.flush();
    this.websocket.close(code, reason);
  }

  destroy(): void {
    this.socket.destroy();
  }

  private write(bytes: Buffer): void {
    if (this.waiting.length + this.socket.writableLength > MAX_WAITING_BYTES) {
      this.destroy();
      return;
    }
    if (!this.slow && !this.dribbling) {
      this.socket.write(bytes);
      return;
    }
    this.waiting = Buffer.concat([this.waiting, bytes]);
    if (!this.dribbling) void this.dribble();
  }

  /** Sends at once what was to be dribbled. */
  private flush(): void {
    this.socket.write(this.waiting);
    this.waiting = Buffer.alloc(0);
  }

  private async dribble(): Promise<void> {
    this.dribbling = true;
    // Nothing is read meanwhile: `ws` answers a close frame by itself, and would do so inside of ours.
    this.socket.pause();
    while (this.waiting.length > 0 && this.open) {
      const size = this.slow ? DRIBBLE_BYTES : this.waiting.length;
      this.socket.write(this.waiting.subarray(0, size));
      this.waiting = this.waiting.subarray(size);
      await this.clock.sleep(DRIBBLE_MS);
    }
    this.dribbling = false;
    if (!this.stuck) this.socket.resume();
  }
}

export function textFrame(text: string): WireFrame {
  return { opcode: TEXT, payload: Buffer.from(text) };
}

/** RFC 6455, section 5.2, from server to client: final, not masked. */
function encoded({ opcode, payload }: WireFrame): Buffer {
  const { length } = payload;
  const long = length > 0xffff;
  const header = Buffer.alloc(length < 126 ? 2 : long ? 10 : 4);
  header[0] = 0x80 | opcode;
  header[1] = length < 126 ? length : long ? 127 : 126;
  if (long) header.writeBigUInt64BE(BigInt(length), 2);
  else if (length >= 126) header.writeUInt16BE(length, 2);
  return Buffer.concat([header, payload]);
}
