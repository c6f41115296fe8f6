import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ModelError } from '../models/errors.ts';
import { readSearchState, type SearchState } from '../training/tuning/state.ts';

const schema = z.object({ question: z.string(), asOf: z.number(), state: z.unknown() });

/** An interrupted search older than this begins anew: its rows are not the newest any more. */
const GOOD_FOR_MS = 24 * 3_600_000;

/** A search for parameters that outlives its process. */
export interface Unfinished {
  /** The moment that its rows were read as of: asked again, they are the same rows. */
  readonly asOf: number;
  readonly state: SearchState;
}

/** Keeps the search of one model in a file, from which the next training goes on when this one dies. */
export class TuningFile {
  readonly #folder: string;
  readonly #path: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#path = join(folder, `${name}.json`);
  }

  /** @param question what was asked for: a search of another one is of no use */
  read(question: string, now: number): Unfinished | null {
    try {
      const kept = schema.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
      if (kept.question !== question || now - kept.asOf > GOOD_FOR_MS) return null;
      return { asOf: kept.asOf, state: readSearchState(JSON.stringify(kept.state)) };
    } catch (error) {
      // Not there, cut off by a crash, or of another version: the search begins anew.
      if (error instanceof SyntaxError || error instanceof z.ZodError || error instanceof ModelError)
        return null;
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  write(question: string, { asOf, state }: Unfinished): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(`${this.#path}.new`, JSON.stringify({ question, asOf, state }));
    renameSync(`${this.#path}.new`, this.#path);
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}
