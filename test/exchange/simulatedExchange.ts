import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Clock } from '../../engine/clock.ts';
import type { Dialect, Floor } from './dialect.ts';
import type { Fault } from './faults/fault.ts';
import { FaultRunner } from './faults/runner.ts';
import { Gate } from './gate.ts';
import { Line, PING } from './line.ts';
import { RestDesk } from './restDesk.ts';
import { type MadeTrade, Tape } from './tape.ts';

export interface SimulatedExchangeOptions {
  readonly dialect: Dialect;
  readonly clock: Clock;
  readonly seed: number;
  readonly markets: number;
  /** Of all markets together. */
  readonly tradesPerSecond: number;
  /** How much was traded before it opens, in milliseconds. */
  readonly historyMs: number;
  /** What goes wrong, and when. */
  readonly faults?: readonly Fault[];
}

/** How often trades are made and sent, in milliseconds of the clock. */
const TICK_MS = 200;

/** A frame that no client can read, as it was sent. */
export interface MalformedFrame {
  readonly payload: Uint8Array;
  /** When the client had read past it, for it answered the ping behind it; milliseconds since the Unix epoch. */
  passedAt: number | null;
}

/**
 * An exchange on this machine: a WebSocket and a REST server on one port, speaking a real exchange's dialect about a
 * simulated market, with faults as scheduled. Its tape says what really happened.
 *
 * @example
 * const exchange = await SimulatedExchange.open({ dialect: kraken, clock, seed: 1, markets: 3, tradesPerSecond: 5, historyMs: 60_000 });
 * connect(exchange.websocketUrl, exchange.restUrl);
 * await exchange.close();
 */
export class SimulatedExchange implements Floor {
  readonly tape: Tape;
  readonly lines = new Set<Line>();
  readonly malformed: MalformedFrame[] = [];
  readonly desk: RestDesk;
  readonly dialect: Dialect;
  readonly clock: Clock;
  readonly faults: FaultRunner;
  /** How far its clock is ahead of ours, and REST behind the socket, in microseconds. */
  skewMicros = 0;
  lagMicros = 0;
  connections = 0;
  private readonly gate: Gate;
  private readonly websockets = new WebSocketServer({ noServer: true, autoPong: true });
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  static async open(options: SimulatedExchangeOptions): Promise<SimulatedExchange> {
    const exchange = new SimulatedExchange(options);
    await exchange.listen();
    return exchange;
  }

  private constructor(options: SimulatedExchangeOptions) {
    const { dialect, clock, seed, markets, tradesPerSecond } = options;
    this.dialect = dialect;
    this.clock = clock;
    this.tape = new Tape({
      seed,
      exchange: dialect.name,
      symbolOf: (base) => dialect.symbolOf(base),
      markets,
      tradesPerSecond,
      startMs: clock.now() - options.historyMs,
      precisionMicros: dialect.precisionMicros,
    });
    this.tape.advance(clock.now() * 1000);
    this.desk = new RestDesk(dialect, this);
    this.faults = new FaultRunner(this, options.faults ?? [], clock.now());
    this.gate = new Gate({
      clock,
      request: (request, response) => {
        this.catchUp();
        this.desk.handle(request, response);
      },
      upgrade: (request, socket, head) => this.admit(request, socket, head),
    });
    this.running = this.run();
  }

  get websocketUrl(): string {
    return `ws://127.0.0.1:${this.gate.port}`;
  }

  get restUrl(): string {
    return `http://127.0.0.1:${this.gate.port}`;
  }

  get symbols(): readonly string[] {
    return this.tape.markets.map((market) => market.symbol);
  }

  get micros(): number {
    return this.tape.position;
  }

  get restMicros(): number {
    return this.tape.position - this.lagMicros;
  }

  get trading(): boolean {
    return !this.tape.halted;
  }

  market(symbol: string): ReturnType<Tape['find']> {
    const market = this.tape.find(symbol);
    return market?.listed === true ? market : undefined;
  }

  /** Stops making trades; the tape stays, and so does REST. */
  async freeze(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  async close(): Promise<void> {
    await this.freeze();
    await this.gate.close();
  }

  /** Drops everybody and takes no connections. */
  refuse(): Promise<void> {
    return this.gate.shut();
  }

  /** Takes connections, on the same port as before. */
  listen(): Promise<void> {
    return this.gate.open();
  }

  /** Sends a frame that cannot be read, with a ping behind it that tells when the client has passed it. */
  noteMalformed(line: Line, payload: Uint8Array): void {
    this.malformed.push({ payload, passedAt: null });
    line.send([{ opcode: PING, payload: Buffer.from(String(this.malformed.length - 1)) }]);
  }

  private admit(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.websockets.handleUpgrade(request, socket, head, (websocket) => {
      const line = new Line(socket, websocket, this.clock);
      this.lines.add(line);
      this.connections++;
      websocket.on('error', () => undefined);
      websocket.on('close', () => this.lines.delete(line));
      websocket.on('message', (data) => {
        if (line.silent) return;
        this.catchUp();
        line.sendText(this.dialect.answer(String(data), line.subscriptions, this));
      });
      websocket.on('pong', (data) => {
        const frame = this.malformed[data.length === 0 ? -1 : Number(data)];
        if (frame !== undefined) frame.passedAt = this.clock.now();
      });
      this.catchUp();
      line.sendText(this.dialect.greeting(this));
    });
  }

  private async run(): Promise<void> {
    const { clock, dialect } = this;
    const { signal } = this.stopping;
    let beatAt = clock.now();
    let pingAt = clock.now();
    while (await clock.sleep(TICK_MS, signal)) {
      await this.faults.tick(clock.now());
      this.catchUp();
      if (dialect.heartbeatMs !== null && clock.now() - beatAt >= dialect.heartbeatMs) {
        beatAt = clock.now();
        this.beat();
      }
      if (dialect.pingMs !== null && clock.now() - pingAt >= dialect.pingMs) {
        pingAt = clock.now();
        for (const line of this.lines) line.send([{ opcode: PING, payload: Buffer.alloc(0) }]);
      }
    }
  }

  /** Whatever the exchange says, it says of this moment, however late this machine comes to its ticks. */
  private catchUp(): void {
    if (!this.stopping.signal.aborted) {
      this.trade(this.tape.advance(this.clock.now() * 1000 + this.skewMicros));
    }
  }

  /** Sends trades to those who subscribed to their markets. */
  private trade(made: readonly MadeTrade[]): void {
    for (const market of this.tape.markets) {
      const shown = made.filter((trade) => trade.row.symbol === market.symbol && !trade.hidden);
      if (shown.length === 0) continue;
      const frames = this.dialect.updates(shown);
      for (const line of this.lines) {
        if (line.subscriptions.trades.has(market.symbol)) line.sendTrades(frames, shown);
      }
    }
  }

  private beat(): void {
    for (const line of this.lines) {
      line.sendText(this.dialect.heartbeat(line.subscriptions, this, line.quiet));
      line.quiet = true;
    }
  }
}
