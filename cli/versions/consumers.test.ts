import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Catalog, loadCatalog } from '../../engine/catalog/catalog.ts';
import { catalogOf, filesOf } from '../../engine/versions/files.ts';
import { planChanges } from '../../engine/versions/plan.ts';
import { apiConsumers } from './consumers.ts';
import { describePlan } from './planText.ts';

const FILE = 'indicators/volume_flow.sql';

/** What a plan says of `indicators` after an edit of a view that it reads. */
async function saidOf(edit: (text: string) => string): Promise<string> {
  const { objects } = await loadCatalog('sql');
  const before = new Catalog(objects.filter(({ dialect }) => dialect !== 'risingwave'));
  const edited = edit(readFileSync(`sql/${FILE}`, 'utf8'));
  expect(edited).not.toBe(before.get('volume_flow').statement.text);
  const after = catalogOf({ ...filesOf(before), [FILE]: edited });
  const consumers = await apiConsumers(before);
  const lines = describePlan(planChanges({ before, after, consumers }), { diff: false });
  const from = lines.findIndex((line) => /^. indicators /.test(line));
  if (from < 0) return '';
  const rest = lines.slice(from + 1).findIndex((line) => !line.startsWith('    '));
  return lines.slice(from, from + 1 + rest).join('\n');
}

test('a plan names the paths and channels of the API that send a changed column, with the field', async () => {
  const said = await saidOf((text) => text.replace('100 * money_in_14', '200 * money_in_14'));
  expect(said).toMatch(/api: +channel indicator, GET \/v1\/indicators\/\{symbol\}; fields mfi_14$/m);
});

test('a change that leaves every value names nobody', async () => {
  expect(await saidOf((text) => `${text}\n-- A remark at the end.\n`)).toBe('');
});
