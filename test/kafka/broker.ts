import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Admin, asked, loadKafka, type Message } from '../../engine/kafka/client.ts';
import { waitFor } from '../support/cli.ts';
import { freePort } from '../support/freePort.ts';
import { type RawMessage, readTopic, sendRaw } from './raw.ts';

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The folder of Kafka's jars: KAFKA_LIB, or `.cache/kafka/lib`, which `.ci/kafka.sh` fills. */
const library = process.env.KAFKA_LIB ?? join(repository, '.cache', 'kafka', 'lib');

/** What is missing for tests against a real broker, in words; null when nothing is. */
export function missingForKafka(): string | null {
  if (!existsSync(library) || !readdirSync(library).some((name) => name.startsWith('kafka_')))
    return `no Kafka in ${library}: run .ci/kafka.sh, or set KAFKA_LIB`;
  if (spawnSync('java', ['-version']).status !== 0) return 'no java: install a JDK of 17 or later';
  try {
    createRequire(import.meta.url)('@confluentinc/kafka-javascript');
    return null;
  } catch {
    return 'no Kafka client: run .ci/kafka.sh client';
  }
}

/** A Kafka of its own: one broker, its log in a temporary folder. */
export class Broker {
  readonly address: string;
  readonly #folder: string;
  readonly #admin: Admin;
  #process: ChildProcess | null = null;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.address = `127.0.0.1:${port}`;
    this.#admin = loadKafka().AdminClient.create({ 'bootstrap.servers': this.address });
  }

  static async start(): Promise<Broker> {
    const folder = mkdtempSync(join(tmpdir(), 'tickwave-kafka-'));
    const [port, controller] = [await freePort(), await freePort()];
    writeFileSync(join(folder, 'server.properties'), properties(folder, port, controller));
    const formatted = spawnSync('java', [
      ...JAVA,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      'MkU3OEVBNTcwNTJENDM2Qk',
      '-c',
      join(folder, 'server.properties'),
    ]);
    if (formatted.status !== 0)
      throw new Error(`Kafka's storage could not be formatted: ${formatted.stderr}`);
    const broker = new Broker(folder, port);
    await broker.run();
    return broker;
  }

  /** Starts the process, after `kill` again, on the same log and port. */
  async run(): Promise<void> {
    const child = spawn('java', [...JAVA, 'kafka.Kafka', join(this.#folder, 'server.properties')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (data: Buffer): void => {
      output = (output + data.toString()).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#process = child;
    await waitFor('the broker', async () => {
      if (child.exitCode !== null) throw new Error(`the broker ended: ${output}`);
      // The jars come without a logging configuration: it says nothing when it is up.
      return asked<unknown>((done) => this.#admin.getMetadata({ timeout: 500 }, done)).then(
        () => true,
        () => false,
      );
    });
  }

  /** As `kill -9`. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    this.#admin.disconnect();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async makeTopic(
    topic: string,
    partitions: number,
    config: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const wanted = { topic, num_partitions: partitions, replication_factor: 1, config };
    await asked((done) => this.#admin.createTopic(wanted, 10_000, done));
  }

  async deleteTopic(topic: string): Promise<void> {
    await asked((done) => this.#admin.deleteTopic(topic, 10_000, done));
  }

  /** Deletes what partition 0 has before an offset, as the retention would. */
  async deleteRecords(topic: string, before: number): Promise<void> {
    await asked<unknown>((done) =>
      this.#admin.deleteRecords([{ topic, partition: 0, offset: before }], {}, done),
    );
  }

  /** Sends messages as they are and waits until all are there. */
  send(topic: string, messages: readonly RawMessage[]): Promise<void> {
    return sendRaw(this.address, topic, messages);
  }

  /** Everything in a topic, by partition and offset. */
  read(topic: string, count: number): Promise<Message[]> {
    return readTopic(this.address, topic, count);
  }
}

const JAVA = ['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${library}/*`];

function properties(folder: string, port: number, controller: number): string {
  const template = readFileSync(new URL('./server.properties', import.meta.url), 'utf8');
  return template
    .replaceAll('BROKER_PORT', String(port))
    .replaceAll('CONTROLLER_PORT', String(controller))
    .replaceAll('FOLDER', folder);
}
