import { z } from 'zod';
import { said } from '../../models/errors.ts';
import type { Parameters } from '../../models/parameters.ts';
import { BadTuningState } from '../errors.ts';

const evaluation = z.object({
  /** 0 is the standard parameters. */
  trial: z.int().min(0),
  parameters: z.record(z.string(), z.number()),
  /** Share of the training rows that were used. */
  share: z.number().gt(0).max(1),
  /** Null when it failed. */
  loss: z.number().nullable(),
  /** Why it failed. */
  reason: z.string().nullable(),
});

const schema = z.object({
  version: z.literal(1),
  seed: z.int(),
  evaluations: z.array(evaluation).readonly(),
});

/** One set of parameters, tried with a share of the rows. */
export type Trial = Readonly<z.output<typeof evaluation>>;

/** All that a search has found so far: given back, the search goes on where it was. Plain JSON. */
export type SearchState = Readonly<z.output<typeof schema>>;

/** A search that has found nothing yet. */
export function newSearch(seed: number): SearchState {
  return { version: 1, seed, evaluations: [] };
}

/** Reads a state from JSON. @throws BadTuningState */
export function readSearchState(text: string): SearchState {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new BadTuningState(
      `The state of the search cannot be read (${said(error)});`,
      'give back what the search told last, or begin anew.',
      { cause: error },
    );
  }
}

/** @throws BadTuningState when the state is of a search with another seed or other parameters */
export function checkState(state: SearchState, seed: number, drawn: (trial: number) => Parameters): void {
  if (state.seed !== seed)
    throw new BadTuningState(
      `The state is of a search with seed ${state.seed};`,
      `this one has ${seed}: begin anew.`,
    );
  const other = state.evaluations.find(
    ({ trial, parameters }) => JSON.stringify(parameters) !== JSON.stringify(drawn(trial)),
  );
  if (other !== undefined)
    throw new BadTuningState(
      `The state tried ${JSON.stringify(other.parameters)} as trial ${other.trial};`,
      'this search would not: it is of another algorithm or version. Begin anew.',
    );
}
