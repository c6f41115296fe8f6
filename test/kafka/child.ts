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
    const process_ = spawn(
      process.execPath,
      ['--import', 'tsx', join(folder, script), JSON.stringify(work)],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
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
