import { randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';
import type pg from 'pg';
import { topicMaker } from '../../cli/topics.ts';
import { topicsOf } from '../../engine/kafka/topics.ts';
import { POSTGRES } from '../../engine/profile.ts';
import { connect } from '../../engine/risingwave/connection.ts';
import { RisingwaveEngine } from '../../engine/risingwave/engine.ts';
import { Rig } from '../kafka/rig.ts';
import { waitFor } from '../support/cli.ts';
import type { Cluster, EmptyDatabase } from './cluster.ts';
import { compareView, report } from './compare.ts';
import { load } from './load.ts';
import type { LandingRow } from './recording.ts';

/** A RisingWave whose landing tables read topics of their own, beside tables that hold what has to be in it. */
export class KafkaSide {
  readonly brokers: string;
  readonly rig: Rig;
  readonly database: EmptyDatabase;
  readonly client: pg.Client;
  /** Of tables and sinks, by their names. */
  readonly topics: ReadonlyMap<string, string>;
  #engine: RisingwaveEngine | null = null;

  private constructor(brokers: string, rig: Rig, database: EmptyDatabase, client: pg.Client) {
    this.brokers = brokers;
    this.rig = rig;
    this.database = database;
    this.client = client;
    this.topics = topicsOf(rig.catalog);
  }

  /** Makes an empty database. */
  static async prepare(cluster: Cluster): Promise<KafkaSide> {
    const brokers = cluster.kafkaBrokers;
    if (brokers === null) throw new Error('the cluster has no brokers');
    const rig = await Rig.open(brokers, `parity_${randomBytes(4).toString('hex')}`);
    const database = await cluster.empty();
    return new KafkaSide(brokers, rig, database, await connect(database.url, 'tickwave parity'));
  }

  /** Tickwave's process, while it is there. */
  get engine(): RisingwaveEngine {
    if (this.#engine === null) throw new Error('it is away');
    return this.#engine;
  }

  async open(): Promise<void> {
    const { catalog } = this.rig;
    const environment = { KAFKA_BROKERS: this.brokers };
    const makeTopics = topicMaker(
      { ...environment, KAFKA_PARTITIONS: 1, KAFKA_RETENTION_HOURS: 1 },
      () => {},
    );
    this.#engine = await RisingwaveEngine.open({ url: this.database.url, catalog, environment, makeTopics });
  }

  async leave(): Promise<void> {
    await this.#engine?.stop();
    this.#engine = null;
  }

  /** Waits until the tables have as many rows as they should, then compares them row by row. @param rows that came since the last call */
  async expectThere(rows: readonly LandingRow[]): Promise<void> {
    await load(this.rig.client, POSTGRES, this.rig.catalog, rows, () => 500);
    for (const table of new Set(rows.map((row) => row.table))) {
      const wanted = await this.rig.count(table);
      await waitFor(`${wanted} rows in ${table}`, async () => (await this.#count(table)) >= wanted);
    }
    await this.engine.refresh();
    const comparisons = [];
    for (const table of new Set(rows.map((row) => row.table)))
      comparisons.push(await compareView(this.rig.client, this.client, this.rig.catalog.get(table)));
    expect(report(comparisons)).toEqual([]);
  }

  /** Trades of the table, and of the candles made of it. */
  async counted(): Promise<{ readonly trades: number; readonly candles: number }> {
    const { rows } = await this.client.query<{ trades: string }>(
      'select sum(trades) as trades from candles_1s',
    );
    return { trades: await this.#count('trades'), candles: Number(rows[0]?.trades) };
  }

  async #count(table: string): Promise<number> {
    const { rows } = await this.client.query<{ rows: string }>(`select count(*) as rows from ${table}`);
    return Number(rows[0]?.rows);
  }

  async close(): Promise<void> {
    await this.leave();
    await this.client.end();
    await this.database.drop();
    await this.rig.close();
  }
}
