import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readAlertsFile } from '../../jobs/alerts/alertsFile.ts';
import { complaints } from './client.ts';

const root = new URL('../../', import.meta.url).pathname;

/** What code puts in place of `{{name}}`. */
const PUT_IN: Readonly<Record<string, string>> = {
  columns: 'a, b',
  relation: 't',
  time: 'ts',
  only: 'true',
  after: 'and a >= $3 and (a > $3 or (b > $4))',
  key: 'a, b',
  limit: '1000',
};

const files = ['connectors', 'jobs', 'api'].flatMap((part) =>
  readdirSync(join(root, part), { recursive: true, encoding: 'utf8' })
    .filter(
      (file) => file.endsWith('.sql') && !file.endsWith('.postgres.sql') && !/fixtures|testing/.test(file),
    )
    .map((file) => `${part}/${file}`),
);

const { rules } = readAlertsFile(join(root, 'alerts.yaml'), {});

test.each(rules)('the alert rule $name asks in SQL that RisingWave takes', ({ sql }) => {
  // What the evaluation puts in place of a setting.
  expect(complaints(sql.replace(/current_setting\([^)]*\)/g, "''"))).toEqual([]);
});

test('there are statements', () => expect(files.length).toBeGreaterThan(50));

test.each(files)('%s is SQL that RisingWave takes', (file) => {
  const text = readFileSync(join(root, file), 'utf8').replace(
    /(,\s*)?\{\{(\w+)\}\}/g,
    (_, comma: string | undefined, name: string) => {
      // A list of columns begins with its comma where others stand before it.
      const leading = comma ?? (file.endsWith('readWindows.sql') ? ', ' : '');
      return `${leading}${PUT_IN[name] ?? 'x'}`;
    },
  );
  expect(complaints(text)).toEqual([]);
});
