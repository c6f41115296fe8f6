import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const answerSchema = z.object({ seconds: z.number(), version: z.string() });
export type PythonAnswer = z.output<typeof answerSchema>;

/** What is asked of Python: `train` with rows in files, or `load` a model and `score` its rows. See boosting.py. */
export type PythonTask = { readonly do: 'train' | 'load' | 'score' } & Readonly<Record<string, unknown>>;

/** Python's XGBoost in a process of its own, which times itself: starting it and reading files are not in its figures. */
export class PythonXgboost {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #ended: Promise<unknown>;

  private constructor(child: ChildProcess, lines: Interface) {
    this.#child = child;
    this.#lines = lines;
    this.#ended = once(child, 'close');
  }

  /** Installs it where it is missing. */
  static start(): PythonXgboost {
    const python = execFileSync('.ci/python.sh', { encoding: 'utf8' }).trim();
    const program = fileURLToPath(new URL('./boosting.py', import.meta.url));
    const child = spawn(python, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
    return new PythonXgboost(child, createInterface({ input: child.stdout }));
  }

  async ask(task: PythonTask): Promise<PythonAnswer> {
    const answered = once(this.#lines, 'line');
    const ended = this.#ended.then(() => {
      throw new Error("Python's XGBoost ended; what it said is above");
    });
    this.#child.stdin?.write(`${JSON.stringify(task)}\n`);
    const [line] = (await Promise.race([answered, ended])) as [string];
    return answerSchema.parse(JSON.parse(line));
  }

  async stop(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }
}
