/** A frame as it came. */
export interface Frame {
  readonly bytes: Buffer;
  /** Microseconds since the Unix epoch. */
  readonly receivedMicros: number;
}

export interface InboxOptions {
  /** Takes one frame; the next one waits for it. */
  readonly handle: (frame: Frame) => Promise<void>;
  /** Stops and restarts the socket. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** All frames are handed over. */
  readonly idle: () => void;
}

/** Frames that may wait before the socket is paused. */
const PAUSE_AT = 64;

/**
 * Frames that wait for their handler, in order. When several wait, the socket is paused until they are through: then no
 * more comes than the one chunk of 64 KiB that was being read, and the frame it ends in. So memory is bounded by that
 * and the largest frame, and a slow database slows the exchange's sending down over TCP.
 */
export class Inbox {
  private readonly options: InboxOptions;
  private frames: Frame[] = [];
  private pumping: Promise<void> | null = null;
  private started = false;
  private isShut = false;
  private paused = false;
  private failure: { readonly error: unknown } | null = null;

  constructor(options: InboxOptions) {
    this.options = options;
  }

  /** Whether frames wait or one is in hand. */
  get busy(): boolean {
    return this.pumping !== null;
  }

  push(frame: Frame): void {
    if (this.isShut) return;
    this.frames.push(frame);
    if (this.frames.length >= PAUSE_AT && !this.paused) {
      this.paused = true;
      this.options.pause();
    }
    if (this.started) this.pumping ??= this.pump();
  }

  /** Begins to hand frames over. */
  start(): void {
    this.started = true;
    if (this.frames.length > 0) this.pumping ??= this.pump();
  }

  /** Forgets the frames that wait, and takes no more. */
  shut(): void {
    this.isShut = true;
    this.frames = [];
  }

  /** Resolves when no frame waits or is in hand. @throws what the handler threw. */
  async drained(): Promise<void> {
    await this.pumping;
    if (this.failure !== null) throw this.failure.error;
  }

  private async pump(): Promise<void> {
    try {
      for (let frame = this.frames.shift(); frame !== undefined; frame = this.frames.shift()) {
        await this.options.handle(frame);
      }
    } catch (error) {
      this.failure = { error };
      this.shut();
    }
    this.pumping = null;
    if (this.paused) {
      this.paused = false;
      this.options.resume();
    }
    this.options.idle();
  }
}
