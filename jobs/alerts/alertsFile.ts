import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { said } from '../models/errors.ts';
import { type Destination, destinationSchema } from './destination.ts';
import { BadAlertsFile } from './errors.ts';
import { type Rule, ruleSchema } from './rule.ts';

/** What the file of alerts says. */
export interface Alerts {
  readonly rules: readonly Rule[];
  readonly destinations: readonly Destination[];
  /** Destinations that are off, each with the variables that would have to be set. */
  readonly off: readonly { readonly name: string; readonly missing: readonly string[] }[];
}

/** Values that `${NAME}` in a destination stands for; null and undefined are not set. */
export type Variables = Readonly<Record<string, unknown>>;

const LARGEST = 1_000_000;
const outer = z.strictObject({
  destinations: z.array(z.record(z.string(), z.unknown())).max(50).default([]),
  rules: z.array(z.unknown()).max(200),
});

/** Reads a file of alerts. @throws BadAlertsFile with every problem, each with its line, rule and field */
export function readAlertsFile(path: string, variables: Variables): Alerts {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new BadAlertsFile(path, [`cannot be read: ${said(error)}`], { cause: error });
  }
  return parseAlerts(text, variables, path);
}

/** As `readAlertsFile`, from text. @param file what errors call it */
export function parseAlerts(text: string, variables: Variables, file = 'alerts.yaml'): Alerts {
  if (text.length > LARGEST) throw new BadAlertsFile(file, [`is longer than ${LARGEST} characters`]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0)
    throw new BadAlertsFile(
      file,
      document.errors.map(({ message }) => message.split('\n')[0] ?? message),
    );
  const problems: string[] = [];
  const lineOf = (path: readonly PropertyKey[]): string => {
    for (let length = path.length; length > 0; length--) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      const range: unknown = (node as { range?: unknown } | null | undefined)?.range;
      if (Array.isArray(range)) return `line ${lines.linePos(Number(range[0])).line}: `;
    }
    return '';
  };
  const read = <T>(schema: z.ZodType<T>, value: unknown, path: readonly PropertyKey[], what: string) => {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues)
      problems.push(
        `${lineOf([...path, ...issue.path])}${what}${issue.path.length === 0 ? '' : `field ${issue.path.join('.')} `}${told(issue)}`,
      );
    return null;
  };
  const whole = read(outer, document.toJS({ maxAliasCount: 100 }), [], '');
  if (whole === null) throw new BadAlertsFile(file, problems);
  const off: Alerts['off'][number][] = [];
  const destinations = whole.destinations.flatMap((given, place) => {
    const { value, missing } = filled(given, variables);
    if (missing.size > 0) {
      off.push({ name: String(given.name), missing: [...missing] });
      return [];
    }
    return (
      read(destinationSchema, value, ['destinations', place], `destination ${String(given.name)}: `) ?? []
    );
  });
  const rules = whole.rules.flatMap(
    (given, place) => read(ruleSchema, given, ['rules', place], `rule ${nameOf(given, place)}: `) ?? [],
  );
  const names = whole.destinations.map(({ name }) => String(name));
  for (const twice of doubled(names)) problems.push(`destination ${twice}: is there twice`);
  for (const twice of doubled(rules.map(({ name }) => name))) problems.push(`rule ${twice}: is there twice`);
  for (const rule of rules)
    for (const unknown of (rule.destinations ?? []).filter((one) => !names.includes(one)))
      problems.push(`rule ${rule.name}: field destinations names '${unknown}', which is not there`);
  if (problems.length > 0) throw new BadAlertsFile(file, problems);
  return { rules, destinations, off };
}

/** Values are not repeated: they may be secrets. */
function told(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `is not known: ${issue.keys.join(', ')}`;
  return issue.message.startsWith('has to') ? issue.message : `is wrong: ${issue.message}`;
}

function nameOf(given: unknown, place: number): string {
  const name: unknown = (given as { name?: unknown } | null)?.name;
  return typeof name === 'string' ? name : `number ${place + 1}`;
}

function doubled(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, place) => names.indexOf(name) !== place))];
}

function filled(value: unknown, variables: Variables): { value: unknown; missing: ReadonlySet<string> } {
  const missing = new Set<string>();
  const fill = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(fill);
    if (typeof part === 'object' && part !== null)
      return Object.fromEntries(Object.entries(part).map(([key, one]) => [key, fill(one)]));
    if (typeof part !== 'string') return part;
    return part.replace(/\$\{([A-Z][A-Z0-9_]*)\}/g, (_, name: string) => {
      const set = variables[name];
      if (set === undefined || set === null || set === '') missing.add(name);
      return String(set ?? '');
    });
  };
  return { value: fill(value), missing };
}
