import type pg from 'pg';
import { POSTGRES } from '../../engine/profile.ts';
import { load } from '../risingwave/load.ts';
import type { LandingRow } from '../risingwave/recording.ts';
import { Place } from './place.ts';
import { Side } from './side.ts';

/** One database, read as what it is and as what it stands in for. */
export class BothSides {
  readonly place: Place;
  readonly sides: Side[] = [];
  /** What both take for now: later than what was recorded, so that `as_of` may be asked. */
  now = Date.parse('2026-01-01T00:00:00Z');

  private constructor(place: Place) {
    this.place = place;
  }

  static async open(): Promise<BothSides> {
    const both = new BothSides(await Place.open());
    for (const url of [both.place.embedded, both.place.url])
      both.sides.push(await Side.open(url, () => both.now));
    return both;
  }

  /** Fills the database; what was remembered for some seconds is read again. */
  async load(rows: readonly LandingRow[]): Promise<void> {
    const { owner, engine } = this.place;
    const client = await owner.connect();
    try {
      await load(client as unknown as pg.Client, POSTGRES, engine.catalog, rows, () => 2000);
    } finally {
      client.release();
    }
    await engine.refresh();
    await this.place.proxy.barrier();
    this.now += 3_600_000;
  }

  /** What both find, the embedded engine first. */
  of<T>(read: (side: Side) => Promise<T>): Promise<T[]> {
    return Promise.all(this.sides.map(read));
  }

  async close(): Promise<void> {
    for (const side of this.sides) await side.close();
    await this.place.close();
  }
}
