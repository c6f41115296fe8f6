import { VARIABLES, type Variable } from './variables.ts';

const IN_CLONE: Readonly<Record<string, string>> = { SQL_DIR: './sql', ALERTS_FILE: './alerts.yaml' };

/** The text of `.env.example`: every variable with what it is for and its standard value. */
export function envExample(): string {
  const entries = Object.entries<Variable<unknown>>(VARIABLES).map(([name, variable]) => {
    const allowed = `# Allowed: ${variable.allowed}.`;
    // A path of this machine is no example.
    const standard = IN_CLONE[name] ?? variable.standard ?? '';
    return `# ${variable.about}\n${allowed}\n# ${name}=${standard}\n`;
  });
  return `# Copy to .env and take the # off what you change; the environment wins over this file.\n\n${entries.join('\n')}`;
}
