import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { MarketName } from '../../config/groups/feed.ts';

const market = z.object({ exchange: z.string(), symbol: z.string() });
const schema = z.object({ added: z.array(market), removed: z.array(market) });

/** Markets that were asked for or called off beside MARKETS while Tickwave ran; a restart on the data folder goes on with them. */
export class Followed {
  readonly #path: string;

  constructor(dataDir: string) {
    this.#path = join(dataDir, 'markets.json');
  }

  /** MARKETS with what was changed since. */
  markets(configured: readonly MarketName[]): readonly MarketName[] {
    const { added, removed } = this.#read();
    const kept = configured.filter((one) => !has(removed, one));
    return [...kept, ...added.filter((one) => !has(kept, one))];
  }

  add(one: MarketName): void {
    const { added, removed } = this.#read();
    this.#write({ added: [...without(added, one), one], removed: without(removed, one) });
  }

  remove(one: MarketName): void {
    const { added, removed } = this.#read();
    this.#write({ added: without(added, one), removed: [...without(removed, one), one] });
  }

  #read(): z.output<typeof schema> {
    try {
      return schema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { added: [], removed: [] };
      throw new Error(`${this.#path} cannot be read. Delete it to go back to MARKETS`, { cause: error });
    }
  }

  #write(changes: z.output<typeof schema>): void {
    writeFileSync(`${this.#path}.new`, JSON.stringify(changes));
    renameSync(`${this.#path}.new`, this.#path);
  }
}

function has(markets: readonly MarketName[], { exchange, symbol }: MarketName): boolean {
  return markets.some((one) => one.exchange === exchange && one.symbol === symbol);
}

function without(markets: readonly MarketName[], { exchange, symbol }: MarketName): MarketName[] {
  return markets.filter((one) => one.exchange !== exchange || one.symbol !== symbol);
}
