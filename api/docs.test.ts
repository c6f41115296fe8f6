import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { adminRoutes } from './admin/routes.ts';
import { PROBLEMS } from './problem.ts';
import { routes } from './routes/all.ts';

const page = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8');

test('the page lists every path, and every code with its status', () => {
  for (const { path } of [...routes, ...adminRoutes]) expect(page).toContain(`\`${path}\``);
  const listed = [...page.matchAll(/^\| `(\w+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ]);
  expect(listed).toEqual(Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]));
});
