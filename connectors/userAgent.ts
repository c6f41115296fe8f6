import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** How Tickwave introduces itself to the servers that it asks. */
export const userAgent = `tickwave/${manifest.version}`;
