import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Order, ReaderFigures } from './readersProcess.ts';

/** Sessions that read without a pause, in a process of their own. */
export class Readers {
  readonly #child: ChildProcess;

  constructor(url: string, sessions: number) {
    this.#child = fork(fileURLToPath(new URL('./readersProcess.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
    });
    this.#child.send({ url, sessions } satisfies Order);
  }

  /** What they saw since this was asked last. */
  async since(): Promise<ReaderFigures> {
    this.#child.send('report' satisfies Order);
    const [figures] = (await once(this.#child, 'message')) as [ReaderFigures];
    return figures;
  }

  async end(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.kill();
    await closed;
  }
}
