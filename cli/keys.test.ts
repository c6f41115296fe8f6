import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Workplace, waitFor, workplace } from '../test/support/cli.ts';

let place: Workplace;
beforeAll(() => {
  place = workplace();
});
afterAll(() => place.remove());

test('a key is printed once, listed without its text, and revoked by its name', async () => {
  const added = await place.run('keys', 'add', 'desk', '--scope', 'admin', '--rate', '100');
  expect([added.code, added.stdout]).toEqual([0, expect.stringMatching(/^tw_[0-9a-f]{8}_[\w-]{43}\n$/)]);
  const listed = await place.run('keys', 'list', '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { name: 'desk', scopes: ['read', 'admin'], rate: 100, revoked_at: null },
  ]);
  expect(listed.stdout).not.toContain(added.stdout.trim().slice(12));
  expect((await place.run('keys', 'revoke', 'desk')).stdout).toMatch(/^desk \([0-9a-f]{8}\) is revoked/);
  expect((await place.run('keys', 'list')).stdout).toContain('revoked 20');
});

test('status reads what asks for keys: it is the operator who asks', async () => {
  const guarded = workplace({ API_KEYS: 'required', SIMULATOR_HISTORY: '0', SIMULATOR_MARKETS: '1' });
  const { api } = await guarded.start();
  expect((await fetch(`${api}/v1/feeds`)).status).toBe(401);
  // One that has just begun may be too busy to answer in the time that status waits.
  const { code, stdout, feeds } = await waitFor('an answer', async () => {
    const ended = await guarded.run('status', '--json');
    const { feeds } = JSON.parse(ended.stdout) as { feeds: { kind: string } | null };
    return feeds !== null && { ...ended, feeds };
  });
  expect([code, feeds.kind]).toEqual([0, 'simulated']);
  expect(stdout).not.toContain('tw_');
  await guarded.remove();
}, 120_000);

test('what can not be is said, with the exit code of usage', async () => {
  const [scope, unknown] = await Promise.all([
    place.run('keys', 'add', 'x', '--scope', 'root'),
    place.run('keys', 'revoke', 'nobody'),
  ]);
  expect([scope.code, scope.stderr]).toEqual([2, expect.stringContaining("--scope is 'root'")]);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("There is no key 'nobody'")]);
});

test('start does not open to others without a key', async () => {
  const { code, stderr } = await place.spawn(['start'], { HOST: '0.0.0.0', PORT: '0', FEED: 'simulated' })
    .ended;
  expect([code, stderr]).toEqual([2, expect.stringContaining("HOST is '0.0.0.0', which others can reach")]);
});
