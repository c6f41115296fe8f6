import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { DeploymentBusy, type Owner } from '../../versions/deployment.ts';
import { readHolder, VersionLock } from './lock.ts';
import { Bench } from './testing/places.ts';

const ANN = { owner: 'ann', host: 'desk', pid: 11 };
const BOB = { owner: 'bob', host: 'desk', pid: 22 };
const CAT = { owner: 'cat', host: 'other', pid: 11 };
const everybody = (): boolean => true;
const nobody = (): boolean => false;

let bench: Bench;

beforeAll(async () => {
  bench = await Bench.make();
});

afterAll(() => bench.remove());

beforeEach(async () => {
  if (bench.engine === null) {
    expect(await readHolder(bench.client)).toBeNull(); // Nothing was deployed: there is no table for it.
    await bench.open();
  }
  await bench.client.query('delete from engine.version_lock');
});

const take = (by: Owner, alive: (pid: number) => boolean): Promise<VersionLock> =>
  VersionLock.take(bench.client, by, 'apply', alive);
const holder = async (): Promise<string | undefined> => (await readHolder(bench.client))?.owner;
const silence = (seconds: number): Promise<unknown> =>
  bench.client.query(
    'update engine.version_lock set seen_at = now() - make_interval(secs => $1), taken_at = now() - make_interval(secs => $1)',
    [seconds],
  );

test('the second one is refused, with who has it and for how long, until the first lets go', async () => {
  const ann = await take(ANN, everybody);
  await bench.client.query("update engine.version_lock set taken_at = taken_at - interval '2 hours'");
  const refused = take(BOB, everybody);
  await expect(refused).rejects.toThrow(DeploymentBusy);
  await expect(refused).rejects.toThrow(
    /^ann@desk \(process 11\) runs `tickwave apply` since \S+Z, for 2 h 0 min; wait until it has ended$/,
  );
  expect(await holder()).toBe('ann');
  await ann.release();
  expect(await holder()).toBeUndefined();
  await take(BOB, everybody);
  expect(await holder()).toBe('bob');
});

test('a dead process of the same machine loses it at once, one with its number elsewhere does not', async () => {
  await take(ANN, everybody);
  await take(BOB, (pid) => pid !== ANN.pid);
  expect(await holder()).toBe('bob');
  await expect(take(CAT, nobody)).rejects.toThrow('bob@desk');
  expect(await holder()).toBe('bob');
});

test('silence of half a minute loses it, and a word keeps it', async () => {
  const ann = await take(ANN, everybody);
  await silence(15);
  await expect(take(CAT, everybody)).rejects.toThrow(/, for \d\d s; not heard of for \d\d s; wait/);
  await silence(31);
  await ann.hold();
  await expect(take(CAT, everybody)).rejects.toThrow('ann@desk');
  await silence(31);
  await take(CAT, everybody);
  expect(await holder()).toBe('cat');
  // Who lost it does not give back what another has.
  await ann.hold();
  await ann.release();
  expect(await holder()).toBe('cat');
});
