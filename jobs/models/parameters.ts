import { BadParameter } from './errors.ts';

/** One parameter of an algorithm: what a search may try. */
export interface ParameterRange {
  /** What it does, for people. */
  readonly about: string;
  readonly standard: number;
  /** Both ends are allowed. */
  readonly low: number;
  readonly high: number;
  /** Only whole numbers. */
  readonly whole: boolean;
  /** Whether factors matter rather than differences, so that a search should draw its logarithm; `low` is above 0 then. */
  readonly logarithmic: boolean;
}

/** The parameters of an algorithm by name. */
export type ParameterTable = Readonly<Record<string, ParameterRange>>;

/** Values of parameters by name. */
export type Parameters = Readonly<Record<string, number>>;

/** What is given, and the standard value of what is not. @throws BadParameter on unknown names and values out of range. */
export function completeParameters(table: ParameterTable, given: Parameters): Parameters {
  for (const [name, value] of Object.entries(given)) {
    const range = Object.hasOwn(table, name) ? table[name] : undefined;
    if (range === undefined)
      throw new BadParameter(`${name} is not a parameter;`, `there are ${Object.keys(table).join(', ')}.`);
    const inside = value >= range.low && value <= range.high;
    if (!inside || (range.whole && !Number.isInteger(value)))
      throw new BadParameter(
        `${name} is ${value};`,
        `give a ${range.whole ? 'whole number' : 'number'} from ${range.low} to ${range.high}.`,
      );
  }
  const standards = Object.entries(table).map(([name, { standard }]) => [name, standard] as const);
  return { ...Object.fromEntries(standards), ...given };
}
