import type { Config } from '../config/config.ts';
import { VARIABLES, type Variable, type VariableName } from '../config/variables.ts';

const HIDDEN = '(hidden)';
/** Shorter values would hide ordinary words. */
const SHORTEST = 6;

/** What looks like a secret, whosever it is: passwords in addresses, tokens in headers, keys of the API, bots of Telegram. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*:)[^\s/@"']+@/gi, `$1${HIDDEN}@`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
  [/\btw_[\w-]{8,}/g, HIDDEN],
  [/\bbot\d+:[\w-]+/g, `bot${HIDDEN}`],
  [/(hooks\.slack\.com\/services\/)[\w/-]+/g, `$1${HIDDEN}`],
];

/**
 * Hides secrets in a line that is about to be written: the values of the configuration, and what looks like one.
 *
 * @param config null before it is read
 */
export function redactor(config: Config | null): (line: string) => string {
  const names = config === null ? [] : (Object.keys(VARIABLES) as VariableName[]);
  const values = names.flatMap((name) => {
    const variable: Variable<unknown> = VARIABLES[name];
    const value = config?.[name];
    return variable.secret === true && typeof value === 'string' ? [value, ...passwordOf(value)] : [];
  });
  // As they are, as they stand in JSON, and as they stand in an address; the longest first, for one may hold another.
  const forms = values.flatMap((value) => [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
  ]);
  const hidden = [...new Set(forms)]
    .filter((value) => value.length >= SHORTEST)
    .sort((one, other) => other.length - one.length);
  return (line) => {
    const known = hidden.reduce((text, value) => text.replaceAll(value, HIDDEN), line);
    return PATTERNS.reduce((text, [pattern, instead]) => text.replace(pattern, instead), known);
  };
}

function passwordOf(value: string): readonly string[] {
  if (!URL.canParse(value)) return [];
  const { password } = new URL(value);
  return password === '' ? [] : [password, decodeURIComponent(password)];
}
