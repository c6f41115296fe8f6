import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@elastic/elasticsearch';
import { freePort } from '../support/freePort.ts';

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Filled by `.ci/elasticsearch.sh`: jars in lib, the launcher in classes. */
const installation = join(repository, '.cache', 'elasticsearch');
/** The user `nobody`: Elasticsearch refuses to run as root. */
const NOBODY = 65_534;
const START_WITHIN_MS = 300_000;
const isRoot = process.getuid?.() === 0;
const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];

/** What is missing for tests against a real Elasticsearch, in words; null when nothing is. */
export function missingForElasticsearch(): string | null {
  if (!existsSync(join(installation, 'classes', '.complete')))
    return `no Elasticsearch in ${installation}: run .ci/elasticsearch.sh`;
  if (spawnSync('java', ['-version']).status !== 0) return 'no java: install a JDK of 17 or later';
  if (isRoot && spawnSync('setpriv', ['--version']).status !== 0) return 'no setpriv: install util-linux';
  return null;
}

/** An Elasticsearch of its own: one node, its data in a temporary folder. */
export class ElasticsearchNode {
  readonly url: string;
  /** For tests to look with. */
  readonly client: Client;
  readonly #folder: string;
  readonly #port: number;
  readonly #jars: string;
  #process: ChildProcess | null = null;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.client = new Client({ node: this.url, maxRetries: 0 });
    this.#jars = reachable(folder);
  }

  static async start(): Promise<ElasticsearchNode> {
    const folder = mkdtempSync(join(tmpdir(), 'tickwave-elasticsearch-'));
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'home'));
    if (isRoot) chownSync(join(folder, 'home'), NOBODY, NOBODY);
    const node = new ElasticsearchNode(folder, await freePort());
    await node.run();
    return node;
  }

  /** Starts the process, after `kill` again, on the same data and port. */
  async run(): Promise<void> {
    const home = join(this.#folder, 'home');
    const java = [
      ...['-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Djava.io.tmpdir=${home}`],
      ...['-cp', `${this.#jars}/classes:${this.#jars}/lib/*`, 'org.elasticsearch.node.TestNode'],
      ...[home, String(this.#port)],
    ];
    const [command, ...args] = isRoot ? ['setpriv', ...asNobody, 'java', ...java] : ['java', ...java];
    const child = spawn(command ?? 'java', args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: home });
    let output = '';
    const keep = (data: Buffer): void => {
      output = (output + data.toString()).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#process = child;
    await this.#answers(child, () => output);
  }

  /** Waits until the node serves; on a machine that is busy with other suites that takes a minute. */
  async #answers(child: ChildProcess, output: () => string): Promise<void> {
    for (const until = Date.now() + START_WITHIN_MS; Date.now() < until; ) {
      if (child.exitCode !== null) throw new Error(`Elasticsearch ended: ${output()}`);
      const healthy = await this.client.cluster.health({ timeout: '1s', wait_for_status: 'yellow' }).then(
        ({ timed_out }) => !timed_out,
        () => false,
      );
      if (healthy) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`Elasticsearch does not serve after ${START_WITHIN_MS / 1000} s: ${output()}`);
  }

  /** As `kill -9`. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // `setpriv` becomes what it starts, so this is the node itself.
    child.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.client.close();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Where the node can read its jars: a clone below a closed home folder is out of reach of the user it runs as. */
function reachable(folder: string): string {
  const jar = join(installation, 'classes', '.complete');
  if (!isRoot || spawnSync('setpriv', [...asNobody, 'test', '-r', jar]).status === 0) return installation;
  const copy = join(folder, 'installation');
  cpSync(installation, copy, { recursive: true });
  return copy;
}
