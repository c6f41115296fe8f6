import { VARIABLES, type Variable } from './variables.ts';

/** The table of docs/configuration.md: every variable with its standard value, what it is for and what is allowed. */
export function variableTable(): string {
  const rows = Object.entries<Variable<unknown>>(VARIABLES).map(([name, { about, standard, allowed }]) => {
    const value = name === 'SQL_DIR' ? '`sql` of the clone' : standard === null ? '' : `\`${standard}\``;
    return `| \`${name}\` | ${value} | ${about} Allowed: ${allowed}. |`;
  });
  return ['| variable | without it | |', '|---|---|---|', ...rows].join('\n');
}
