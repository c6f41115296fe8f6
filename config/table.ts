import { VARIABLES, type Variable } from './variables.ts';

/** Paths of this machine are of no use to others. */
const IN_CLONE: Readonly<Record<string, string>> = {
  SQL_DIR: '`sql` of the clone',
  ALERTS_FILE: '`alerts.yaml` of the clone',
};

/** The table of docs/configuration.md: every variable with its standard value, what it is for and what is allowed. */
export function variableTable(): string {
  const rows = Object.entries<Variable<unknown>>(VARIABLES).map(([name, { about, standard, allowed }]) => {
    const value = IN_CLONE[name] ?? (standard === null ? '' : `\`${standard}\``);
    return `| \`${name}\` | ${value} | ${about} Allowed: ${allowed}. |`;
  });
  return ['| variable | without it | |', '|---|---|---|', ...rows].join('\n');
}
