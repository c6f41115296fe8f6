import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Receiver, startReceiver } from '../jobs/alerts/testing/receiver.ts';
import { type Workplace, workplace } from '../test/support/cli.ts';

let place: Workplace;
let receiver: Receiver;
let file: string;

beforeAll(async () => {
  place = workplace();
  receiver = await startReceiver();
  file = join(place.dataDir, '..', 'alerts.yaml');
  writeFileSync(
    file,
    `destinations:
  - {name: desk, type: webhook, url: '${receiver.url}/desk', secret: '\${ALERT_WEBHOOK_SECRET}', allow_private: true}
  - {name: inside, type: slack, url: '${receiver.url}/inside'}
  - {name: team, type: slack, url: '\${ALERT_SLACK_URL}'}
rules:
  - {name: slow, summary: It is slow., severity: info, sql: select 1 as value, above: 2}
`,
  );
});

afterAll(async () => {
  await receiver?.stop();
  await place?.remove();
});

const run = (...args: readonly string[]) =>
  place.spawn(['alerts', ...args], { ALERTS_FILE: file, ALERT_WEBHOOK_SECRET: 'a-secret-of-sixteen' }).ended;

test('check says what is in the file, and what is off for want of a variable', async () => {
  const { code, stdout } = await run('check', '--json');
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    {
      rules: ['slow'],
      destinations: [
        { name: 'desk', type: 'webhook' },
        { name: 'inside', type: 'slack' },
      ],
      off: [{ name: 'team', missing: ['ALERT_SLACK_URL'] }],
    },
  ]);
});

test('a file that is wrong is refused with its line', async () => {
  const wrong = join(place.dataDir, '..', 'wrong.yaml');
  writeFileSync(
    wrong,
    'rules:\n  - {name: slow, summary: It is slow., severity: info, sql: select 1, above: high}\n',
  );
  const { code, stderr } = await place.spawn(['alerts', 'check'], { ALERTS_FILE: wrong }).ended;
  expect(code).toBe(2);
  expect(stderr).toContain('line 2: rule slow: field above has to be a number');
  expect(stderr).not.toContain('    at ');
});

test('test sends to each destination, says what came, and ends with 1 when one did not take it', async () => {
  const { code, stdout, stderr } = await run('test');
  expect([code, stdout.trim().split('\n')]).toEqual([
    1,
    [
      'sent    desk: 200',
      expect.stringMatching(/^failed {2}inside: .*not on the public internet.*allow_private/),
    ],
  ]);
  expect(receiver.received.map(({ path }) => path)).toEqual(['/desk']);
  expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ event: 'test' });
  expect(stdout + stderr).not.toContain('a-secret-of-sixteen');
  const one = await run('test', 'desk', '--json');
  expect([one.code, JSON.parse(one.stdout)]).toEqual([0, { destination: 'desk', sent: true, said: '200' }]);
});

test('test names what is off and what is not there', async () => {
  const [off, unknown] = await Promise.all([run('test', 'team'), run('test', 'nobody')]);
  expect([off.code, off.stderr]).toEqual([2, expect.stringContaining('team is off: set ALERT_SLACK_URL')]);
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    expect.stringContaining('desk, inside, team are known'),
  ]);
});

test('list needs a Tickwave that runs', async () => {
  expect((await run('list')).code).toBe(4);
});
