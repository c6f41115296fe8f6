import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));

/** A script of this folder in a process of its own. */
export class Child {
  stdout = '';
  stderr = '';
  readonly ended: Promise<number | null>;
  readonly #process: ChildProcess;

  constructor(script: string, work: object) {
    const process_ = spawn(process.execPath, ['--import', 'tsx', join(folder, script)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // All of sql/ is more than an argument may be long. One that was killed before it read this is no error.
    process_.stdin.on('error', () => {});
    process_.stdin.end(JSON.stringify(work));
    process_.stdout.on('data', (data: Buffer) => {
      this.stdout += data.toString();
    });
    process_.stderr.on('data', (data: Buffer) => {
      this.stderr += data.toString();
    });
    this.ended = new Promise((resolve) => process_.once('close', resolve));
    this.#process = process_;
  }

  /** As `kill -9`. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.ended;
  }

  lines(): string[] {
    return this.stdout.split('\n').slice(0, -1);
  }
}
