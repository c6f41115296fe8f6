import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A file of the repository. */
export function text(path: string): string {
  return readFileSync(join(repository, path), 'utf8');
}

/** A YAML file of the repository; the caller says what is in it. */
export function yaml<Content>(path: string): Content {
  return parse(text(path), { merge: true }) as Content;
}
