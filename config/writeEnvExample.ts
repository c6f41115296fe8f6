import { readFileSync, writeFileSync } from 'node:fs';
import { envExample } from './envExample.ts';
import { variableTable } from './table.ts';

// Brings what is written of the variables elsewhere into step with them.
writeFileSync(new URL('../.env.example', import.meta.url), envExample());
const page = new URL('../docs/configuration.md', import.meta.url);
const text = readFileSync(page, 'utf8');
writeFileSync(
  page,
  text.replace(/^\| variable \|[\s\S]*?\n(?!\|)/m, () => `${variableTable()}\n`),
);
