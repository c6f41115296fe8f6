import { systemClock } from '../../engine/clock.ts';
import type { Rig } from '../rig.ts';
import { LiveTrades, type VisibleFigures } from './liveTrades.ts';
import { Readers } from './readers.ts';
import type { ReaderFigures } from './readersProcess.ts';
import { type Usage, UsageWatch } from './usage.ts';

/** How much goes on beside. */
export interface Crowd {
  readonly tradesPerSecond: number;
  readonly readers: number;
}

/** What went on during one step. */
export interface Meanwhile {
  readonly seconds: number;
  readonly readers: ReaderFigures;
  readonly visible: VisibleFigures;
  readonly most: Usage;
}

/** Who writes and reads while versions change. */
export class Scene {
  readonly rig: Rig;
  readonly live: LiveTrades;
  readonly usage: UsageWatch;
  readonly #crowd: Crowd;
  #readers: Readers;

  private constructor(rig: Rig, crowd: Crowd, usage: UsageWatch) {
    this.rig = rig;
    this.usage = usage;
    this.#crowd = crowd;
    this.live = new LiveTrades(rig.url, rig.engine, crowd.tradesPerSecond, 5);
    this.#readers = new Readers(rig.url, crowd.readers);
    this.live.resume();
  }

  static async begin(rig: Rig, crowd: Crowd): Promise<Scene> {
    return new Scene(rig, crowd, await UsageWatch.begin(rig.url));
  }

  async end(): Promise<void> {
    await this.live.end();
    await this.#readers.end();
    await this.usage.end();
  }

  /** What goes on while nothing is done. */
  calm(seconds: number): Promise<Meanwhile> {
    return this.during(() => systemClock.sleep(seconds * 1000).then(() => seconds));
  }

  /** @param step gives the seconds that it took */
  async during(step: () => Promise<number>): Promise<Meanwhile> {
    await Promise.all([this.#readers.since(), this.usage.most()]);
    this.live.since();
    const seconds = await step();
    const [readers, most] = await Promise.all([this.#readers.since(), this.usage.most()]);
    return { seconds, readers, visible: this.live.since(), most };
  }

  /** Work with nobody beside it and every view up to date. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    await this.live.pause();
    await this.#readers.end();
    await this.rig.engine.refresh();
    const done = await work();
    this.#readers = new Readers(this.rig.url, this.#crowd.readers);
    this.live.resume();
    return done;
  }
}
