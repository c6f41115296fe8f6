import { readFileSync } from 'node:fs';

const cache = new Map<string, string>();

/** Fills `{{name}}` in a template of `engine/postgres/templates`. Every name must be given: a forgotten one is a defect of ours. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  const text =
    cache.get(template) ?? readFileSync(new URL(`../templates/${template}.sql`, import.meta.url), 'utf8');
  cache.set(template, text);
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`template ${template} has no value for ${name}`);
    return value;
  });
}
