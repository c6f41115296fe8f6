/** A RisingWave that the suite may use as it likes. */
export interface Cluster {
  /** For people. */
  readonly name: string;
  /** Brokers that it can reach too; null without. */
  readonly kafkaBrokers: string | null;
  /** Makes an empty database. */
  empty(): Promise<EmptyDatabase>;
  stop(): Promise<void>;
}

export interface EmptyDatabase {
  readonly url: string;
  /** Deletes it with all that is in it. */
  drop(): Promise<void>;
}
