import { join } from 'node:path';
import { type Clock, systemClock } from '../../engine/clock.ts';
import type {
  DeadLetter,
  Heartbeat,
  ImportedCandle,
  Landing,
  NewsScore,
  NewsStory,
  Trade,
  TradeGap,
} from '../landing.ts';
import { RowTooLong } from './errors.ts';
import { decodeMessage, encodeMessage, type OutgoingMessage, type Topics, toMessage } from './message.ts';
import { Outbox, type OutboxState } from './outbox.ts';
import { Sender, type SenderOptions } from './sender.ts';
import { decodeRow, encodeRow, landRows, type TableRow } from './tableRows.ts';

export interface KafkaLandingOptions extends Omit<SenderOptions, 'topics'> {
  readonly topics: Topics;
  /** Takes dead letters, gaps and candles, whose tables Kafka does not back. It belongs to the caller. */
  readonly tables: Landing;
  /** Where rows wait while the broker or the database is away. One process at a time. */
  readonly spoolFolder: string;
  /** Bytes that may wait on disk for each of the two; writers then wait. */
  readonly spoolLimitBytes: number;
  readonly clock?: Clock;
  /** Words for people. */
  readonly say?: (line: string) => void;
}

/** How it stands with what was handed over. */
export interface KafkaLandingState {
  readonly connected: boolean;
  readonly kafka: OutboxState;
  /** Rows for the tables that Kafka does not back. */
  readonly tables: OutboxState;
  /** One line for people. */
  readonly words: string;
}

/** Brokers take a megabyte by default, with what they add. */
const MAX_VALUE_BYTES = 900_000;

/**
 * Lands trades, heartbeats, news and scores on Kafka topics. A call resolves when the brokers have acknowledged its rows, or
 * when they are on disk because no broker answers; from there they are sent, in order, as soon as one does. Rows may be sent
 * twice: the key of the table they end in makes them one.
 *
 * Calls resolve to the number of rows handed over: which of them are new is only known where they are consumed.
 *
 * @example
 * const landing = await KafkaLanding.open({ brokers, topics, tables, partitions: 6, retentionHours: 168, spoolFolder, spoolLimitBytes });
 * await landing.trades(trades);
 * await landing.close();
 */
export class KafkaLanding implements Landing {
  private readonly topics: Topics;
  private readonly brokers: string;
  private readonly clock: Clock;
  private readonly sender: Sender;
  private readonly kafka: Outbox<OutgoingMessage>;
  private readonly tables: Outbox<TableRow>;

  private constructor(
    options: KafkaLandingOptions,
    sender: Sender,
    kafka: Outbox<OutgoingMessage>,
    tables: Outbox<TableRow>,
  ) {
    this.topics = options.topics;
    this.brokers = options.brokers;
    this.clock = options.clock ?? systemClock;
    this.sender = sender;
    this.kafka = kafka;
    this.tables = tables;
  }

  /**
   * Does not wait for a broker.
   * @throws KafkaClientMissing, SpoolBusy
   */
  static async open(options: KafkaLandingOptions): Promise<KafkaLanding> {
    const { clock = systemClock, say = () => undefined, spoolFolder, spoolLimitBytes } = options;
    const sender = new Sender({ ...options, topics: Object.values(options.topics) });
    const common = { clock, say, limitBytes: spoolLimitBytes };
    const kafka = await Outbox.open<OutgoingMessage>({
      ...common,
      folder: join(spoolFolder, 'kafka'),
      encode: encodeMessage,
      decode: decodeMessage,
      deliver: (messages) => sender.deliver(messages),
      receiver: `Kafka (${options.brokers})`,
    });
    try {
      const tables = await Outbox.open<TableRow>({
        ...common,
        folder: join(spoolFolder, 'tables'),
        encode: encodeRow,
        decode: decodeRow,
        deliver: (rows) => landRows(options.tables, rows),
        receiver: 'the database',
      });
      return new KafkaLanding(options, sender, kafka, tables);
    } catch (error) {
      await kafka.close();
      throw error;
    }
  }

  trades(rows: readonly Trade[]): Promise<number> {
    return this.send(rows, toMessage.trades, this.topics.trades);
  }

  heartbeats(rows: readonly Heartbeat[]): Promise<number> {
    return this.send(rows, toMessage.heartbeats, this.topics.heartbeats);
  }

  news(rows: readonly NewsStory[]): Promise<number> {
    return this.send(rows, toMessage.news, this.topics.news);
  }

  newsScores(rows: readonly NewsScore[]): Promise<number> {
    return this.send(rows, toMessage.newsScores, this.topics.newsScores);
  }

  candles(rows: readonly ImportedCandle[]): Promise<number> {
    return this.land(rows.map((row) => ({ table: 'candles', row })));
  }

  deadLetters(rows: readonly DeadLetter[]): Promise<number> {
    return this.land(rows.map((row) => ({ table: 'deadLetters', row })));
  }

  gaps(rows: readonly TradeGap[]): Promise<number> {
    return this.land(rows.map((row) => ({ table: 'gaps', row })));
  }

  state(): KafkaLandingState {
    const [kafka, tables] = [this.kafka.state(), this.tables.state()];
    const { connected } = this.sender;
    const words = [
      this.wordsOf(`Kafka (${this.brokers})`, kafka),
      ...(tables.trouble === null && tables.spooledRows === 0 ? [] : [this.wordsOf('the database', tables)]),
    ].join('; ');
    return { connected, kafka, tables, words };
  }

  /** Waits for deliveries under way. What is on disk stays there for the next start. */
  async close(): Promise<void> {
    await this.kafka.close();
    await this.tables.close();
    await this.sender.close();
  }

  private async send<Row>(
    rows: readonly Row[],
    convert: (topic: string, row: Row) => OutgoingMessage,
    topic: string,
  ): Promise<number> {
    const messages = rows.map((row) => convert(topic, row));
    const long = messages.find(({ value }) => value.length > MAX_VALUE_BYTES);
    if (long !== undefined) {
      throw new RowTooLong(
        `A row for the topic ${topic} with the key ${long.key} has ${long.value.length} bytes, more than ${MAX_VALUE_BYTES}.`,
        'Nothing of the batch was sent; cut its texts.',
      );
    }
    await this.kafka.put(messages);
    return rows.length;
  }

  private async land(rows: readonly TableRow[]): Promise<number> {
    await this.tables.put(rows);
    return rows.length;
  }

  private wordsOf(receiver: string, state: OutboxState): string {
    if (state.trouble === null && state.spooledRows === 0) return `${receiver} takes rows`;
    const age = state.oldest === null ? 0 : Math.round((this.clock.now() - state.oldest) / 1000);
    const waiting = `${state.spooledRows} rows (${(state.spooledBytes / 1e6).toFixed(1)} MB, the oldest ${age} s old) wait on disk`;
    const trouble = state.trouble === null ? '' : `: ${state.trouble}`;
    return `${receiver} is ${state.trouble === null ? 'catching up' : 'away'}${trouble}; ${waiting}${state.full ? '; the spool is full, writers wait' : ''}`;
  }
}
