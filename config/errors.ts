/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  readonly variable: string;
  /** As it may be shown: secrets are hidden. */
  readonly value: string;
  /** What is allowed instead. */
  readonly allowed: string;
}

/** The configuration can't be used; lists every problem, not only the first. */
export class ConfigError extends Error {
  readonly code = 'bad_configuration';
  readonly problems: readonly ConfigProblem[];

  /** @param warnings what else was noticed, as unknown names that look like known ones */
  constructor(problems: readonly ConfigProblem[], warnings: readonly string[] = []) {
    const lines = problems.map(
      ({ variable, value, allowed }) => `${variable} is ${value}; it has to be ${allowed}`,
    );
    super(
      `${[...lines, ...warnings].join('\n')}\nSet it in the environment or in .env; docs/configuration.md lists every variable`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
