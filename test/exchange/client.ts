import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A bare client for the exchange's own tests: keeps every frame that came. */
export class Client {
  readonly frames: string[] = [];
  private readonly socket: WebSocket;
  private wake: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      this.frames.push(String(data));
      this.wake();
    });
    socket.on('error', () => undefined);
  }

  static async connect(url: string): Promise<Client> {
    const socket = new WebSocket(url);
    const client = new Client(socket);
    await once(socket, 'open');
    return client;
  }

  send(frames: readonly string[]): void {
    for (const frame of frames) this.socket.send(frame);
  }

  /** Resolves once the frames that came satisfy this. */
  async until(satisfied: (frames: readonly string[]) => boolean): Promise<readonly string[]> {
    while (!satisfied(this.frames)) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.frames;
  }

  /** Resolves to the code of the close, 1006 when the line broke. */
  async closed(): Promise<number> {
    const [code] = (await once(this.socket, 'close')) as [number];
    return code;
  }

  close(): void {
    this.socket.terminate();
  }
}
