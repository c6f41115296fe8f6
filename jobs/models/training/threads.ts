import { Worker } from 'node:worker_threads';
import type { Clock } from '../../../engine/clock.ts';
import {
  LibraryFailed,
  LibraryRefused,
  type ModelError,
  said,
  TrainingBroken,
  TrainingLimit,
} from '../errors.ts';
import { cancelled } from '../fitOptions.ts';
import { calmOpenMp } from '../library/native.ts';
import { Control } from './control.ts';
import type { Trained, TrainingAnswer, TrainingJob, TrainingRequest } from './job.ts';

/** What a training may take, and who wants to hear of it. */
export interface TrainingWishes {
  readonly clock: Clock;
  readonly timeLimitMs?: number;
  readonly signal?: AbortSignal;
  readonly onRound?: (rounds: number, loss: number | null) => void;
}

/** Trainings that wait at most. */
export const MOST_WAITING = 1000;

/** Threads that train, one training each at a time; started when first needed, and no reason to keep the process running. */
export class TrainingThreads {
  readonly #size: number;
  readonly #idle: Worker[] = [];
  readonly #waiting: ((worker: Worker | null) => void)[] = [];
  #started = 0;
  #closed = false;

  /** @param size threads at most */
  constructor(size: number) {
    this.#size = size;
  }

  /** Does one training. @throws TrainingCancelled, TrainingLimit, LibraryFailed, LibraryRefused, TrainingBroken */
  async train(job: TrainingJob, wishes: TrainingWishes): Promise<Trained> {
    const worker = await this.#take(wishes.signal);
    let usable = false;
    try {
      worker.ref();
      const answer = await ask(worker, job, wishes);
      usable = true;
      if (answer.kind === 'trained') return answer.trained;
      throw revived(answer);
    } finally {
      worker.unref();
      this.#give(worker, usable);
    }
  }

  /** Ends the threads; trainings that wait are called off. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const next of this.#waiting.splice(0)) next(null);
    await Promise.all(this.#idle.splice(0).map((worker) => worker.terminate()));
  }

  async #take(signal: AbortSignal | undefined): Promise<Worker> {
    if (this.#closed) throw cancelled();
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#started < this.#size) return this.#start();
    if (this.#waiting.length >= MOST_WAITING)
      throw new TrainingLimit(
        `${MOST_WAITING} trainings wait already;`,
        'wait for some before asking for more.',
      );
    const worker = await new Promise<Worker | null>((resolve) => {
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(next), 1);
        resolve(null);
      };
      const next = (given: Worker | null): void => {
        signal?.removeEventListener('abort', leave);
        resolve(given);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(next);
    });
    if (worker === null) throw cancelled();
    return worker;
  }

  #start(): Worker {
    this.#started++;
    calmOpenMp();
    return new Worker(new URL('./worker.mjs', import.meta.url), { execArgv: [] });
  }

  #give(worker: Worker, usable: boolean): void {
    if (!usable || this.#closed) {
      this.#started--;
      void worker.terminate();
    }
    const next = this.#waiting.shift();
    if (next !== undefined) next(usable ? worker : this.#start());
    else if (usable && !this.#closed) this.#idle.push(worker);
  }
}

type Last = Exclude<TrainingAnswer, { readonly kind: 'round' }>;

async function ask(worker: Worker, job: TrainingJob, wishes: TrainingWishes): Promise<Last> {
  const control = new Control();
  const over = new AbortController();
  const cancel = (): void => control.cancel();
  wishes.signal?.addEventListener('abort', cancel, { once: true });
  if (wishes.signal?.aborted === true) cancel();
  if (wishes.timeLimitMs !== undefined)
    void wishes.clock.sleep(wishes.timeLimitMs, over.signal).then((slept) => slept && control.stop());
  try {
    return await lastAnswer(
      worker,
      { job, control: control.shared, rounds: wishes.onRound !== undefined },
      wishes,
    );
  } finally {
    over.abort();
    wishes.signal?.removeEventListener('abort', cancel);
  }
}

function lastAnswer(worker: Worker, request: TrainingRequest, wishes: TrainingWishes): Promise<Last> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off('message', hear).off('error', broke).off('exit', left);
    };
    const hear = (answer: TrainingAnswer): void => {
      if (answer.kind === 'round') {
        wishes.onRound?.(answer.rounds, answer.loss);
        return;
      }
      settle();
      resolve(answer);
    };
    const fail = (why: string, cause?: unknown): void => {
      settle();
      reject(
        new TrainingBroken(`The thread that trains ended (${why});`, 'start the training again.', { cause }),
      );
    };
    const broke = (error: unknown): void => fail(said(error), error);
    const left = (code: number): void => fail(`exit code ${code}`);
    worker.on('message', hear).on('error', broke).on('exit', left);
    worker.postMessage(request);
  });
}

/** The error that the thread met, with its class again. */
function revived({
  code,
  message,
  remedy,
}: Extract<TrainingAnswer, { readonly kind: 'failed' }>): ModelError {
  const what = message.endsWith(` ${remedy}`) ? message.slice(0, -remedy.length - 1) : message;
  if (code === 'training-cancelled') return cancelled();
  if (code === 'training-limit') return new TrainingLimit(what, remedy);
  if (code === 'model-library-refused') return new LibraryRefused(what, remedy);
  if (code === 'model-library-failed') return new LibraryFailed(what, remedy);
  return new TrainingBroken(what, remedy);
}
