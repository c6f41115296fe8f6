import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'dotenv';
import type { z } from 'zod';
import { ConfigError, type ConfigProblem } from './errors.ts';
import { unknownVariables } from './unknown.ts';
import { VARIABLES, type Variable, type VariableName } from './variables.ts';

type Value<Name extends VariableName> = z.output<(typeof VARIABLES)[Name]['schema']>;
type Setting<Name extends VariableName> = (typeof VARIABLES)[Name]['standard'] extends null
  ? Value<Name> | null
  : Value<Name>;

/** The configuration, checked. A variable without a standard value is null when it is not set. */
export type Settings = { readonly [Name in VariableName]: Setting<Name> };

/** Settings, with what the operator should hear about them. */
export interface Config extends Settings {
  /** Unknown names that look like known ones. */
  readonly warnings: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration from an environment and the `.env` of a folder; the environment wins.
 *
 * @example
 * const config = loadConfig(process.env, process.cwd());
 * @throws ConfigError naming each variable, its value and what is allowed.
 */
export function loadConfig(environment: Environment, folder: string): Config {
  const file = resolve(folder, '.env');
  const written = existsSync(file) ? parse(readFileSync(file)) : {};
  return readConfig({ ...written, ...environment }, folder);
}

/** As `loadConfig`, from values alone. Relative paths are taken from `folder`. */
export function readConfig(environment: Environment, folder: string): Config {
  const problems: ConfigProblem[] = [];
  const settings: Partial<Record<VariableName, unknown>> = {};
  for (const name of Object.keys(VARIABLES) as VariableName[]) {
    const variable: Variable<unknown> = VARIABLES[name];
    const given = environment[name];
    // An empty value is what `NAME=` in a compose file gives: not set.
    const text = given === undefined || given.trim() === '' ? variable.standard : given;
    if (text === null) {
      settings[name] = null;
      continue;
    }
    const read = variable.schema.safeParse(text);
    if (read.success) settings[name] = read.data;
    else
      problems.push({
        variable: name,
        value: variable.secret ? '(hidden)' : `'${text}'`,
        allowed: variable.allowed,
      });
  }
  const warnings = unknownVariables(Object.keys(environment));
  if (problems.length > 0) throw new ConfigError(problems, warnings);
  const checked = settings as Settings;
  return {
    ...checked,
    DATA_DIR: resolve(folder, checked.DATA_DIR),
    SQL_DIR: resolve(folder, checked.SQL_DIR),
    ALERTS_FILE: resolve(folder, checked.ALERTS_FILE),
    warnings,
  };
}
