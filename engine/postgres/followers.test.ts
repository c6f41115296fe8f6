import { expect, test } from '@jest/globals';
import { Followers } from './followers.ts';

test('nothing is wanted that nobody asked for', () => {
  expect(Followers.none().wants('trades')).toBe(false);
  expect(new Followers(['candles_1m'], { now: () => 0 }).wants('candles_1m')).toBe(true);
});

test('what was asked for is wanted for half a minute, and as long as it is asked for again', () => {
  let now = 1_000;
  const followers = new Followers([], { now: () => now });
  followers.heard('trades');
  expect([...followers.begun()]).toEqual(['trades']);
  followers.told(followers.begun());
  now += 20_000;
  followers.heard('trades');
  // It went on, so nothing was missed.
  expect([...followers.begun()]).toEqual([]);
  now += 30_000;
  expect(followers.wants('trades')).toBe(true);
  now += 1;
  expect(followers.wants('trades')).toBe(false);
  followers.heard('trades');
  expect([...followers.begun()]).toEqual(['trades']);
});

test('once what was known is lost, everything that is followed begins anew', () => {
  const followers = new Followers([], { now: () => 0 });
  followers.heard('trades');
  followers.told(followers.begun());
  followers.beginAnew();
  expect([...followers.begun()]).toEqual(['trades']);
});
