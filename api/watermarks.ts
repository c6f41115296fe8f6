import type { Kysely } from 'kysely';
import type { Clock } from './context.ts';
import type { Views } from './database.ts';
import type { Market } from './markets.ts';
import { Problem } from './problem.ts';
import { type Remembered, remembered } from './remembered.ts';

/** How far a market has come, in milliseconds since the epoch. */
export interface Watermark {
  /** Windows that end then or earlier are closed. */
  readonly closedBefore: number;
  /** How long after its end a window is kept open for late trades. */
  readonly lateness: number;
}

/** How far event time has come in each market, remembered for a second. */
export class Watermarks {
  readonly #all: Remembered<ReadonlyMap<string, Watermark>>;

  constructor(db: Kysely<Views>, clock: Clock) {
    this.#all = remembered(clock, 1_000, () => load(db));
  }

  /** Null for a market of which no event is known yet. */
  async of({ exchange, symbol }: Market): Promise<Watermark | null> {
    return (await this.#all.get()).get(`${exchange} ${symbol}`) ?? null;
  }
}

async function load(db: Kysely<Views>): Promise<ReadonlyMap<string, Watermark>> {
  const rows = await db
    .selectFrom('watermarks')
    .select(['exchange', 'symbol', 'event_time', 'closed_before'])
    .execute();
  return new Map(
    rows.map(({ exchange, symbol, event_time, closed_before }) => {
      const closedBefore = new Date(closed_before).getTime();
      return [
        `${exchange} ${symbol}`,
        { closedBefore, lateness: new Date(event_time).getTime() - closedBefore },
      ];
    }),
  );
}

/** Refuses a time that is still to come: what will be known then, nobody can answer. */
export function checkAsOf(asOf: string | undefined, clock: Clock): void {
  if (asOf === undefined || Date.parse(asOf) <= clock.now()) return;
  throw new Problem('bad_parameter', {
    detail: `as_of is '${asOf}', which is still to come: it is ${new Date(clock.now()).toISOString()} now`,
    field: 'as_of',
  });
}
