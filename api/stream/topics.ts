import type { Catalog } from '../catalog.ts';
import type { Markets } from '../markets.ts';
import { Problem } from '../problem.ts';
import type { Channel } from './channels.ts';
import type { Hub } from './hub.ts';
import type { Subject, Topic } from './topic.ts';

/** What a client names, in its words. */
export interface Named {
  /** As BTC/USD or BTC-USD; left out in channels of no market. */
  readonly symbol?: string | undefined;
  readonly exchange?: string | undefined;
  readonly timeframe?: string | undefined;
}

/** Finds topics by what clients say. */
export class Topics {
  readonly #hub: Hub;
  readonly #markets: Markets;
  readonly #catalog: Catalog;

  constructor(hub: Hub, markets: Markets, catalog: Catalog) {
    this.#hub = hub;
    this.#markets = markets;
    this.#catalog = catalog;
  }

  /** What is meant. @throws Problem */
  async find(channel: Channel, { symbol, exchange, timeframe }: Named): Promise<Subject> {
    const market =
      channel.markets && symbol !== undefined
        ? await this.#markets.find(symbol.replace('/', '-'), exchange)
        : null;
    return { channel, market, timeframe: await this.#timeframe(channel, timeframe) };
  }

  /** The topic, followed and filled; given back with `release`. @throws Problem */
  async acquire(channel: Channel, named: Named): Promise<Topic> {
    return this.#hub.acquire(await this.find(channel, named));
  }

  release(topic: Topic): void {
    this.#hub.release(topic);
  }

  async #timeframe(channel: Channel, wanted: string | undefined): Promise<string | null> {
    if (!channel.timeframed) {
      if (wanted === undefined) return null;
      throw new Problem('bad_parameter', {
        detail: `The channel ${channel.name} has no timeframes: leave timeframe out`,
        field: 'timeframe',
      });
    }
    const timeframe = wanted ?? '1m';
    const allowed = await this.#catalog.timeframes();
    if (allowed.length === 0 || allowed.includes(timeframe)) return timeframe;
    throw new Problem('bad_parameter', {
      detail: `There are no windows of ${timeframe}. There are windows of ${allowed.join(', ')}`,
      field: 'timeframe',
      more: { allowed },
    });
  }
}
