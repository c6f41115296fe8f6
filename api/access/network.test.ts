import { expect, test } from '@jest/globals';
import { networkOf } from './network.ts';

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2aff::1', '2001:0db8:0001:2a00::/56'],
  ['2001:db8:1:2a00:ffff:1:2:3', '2001:0db8:0001:2a00::/56'],
  ['2001:DB8::1', '2001:0db8:0000:0000::/56'],
  ['fe80::1%eth0', 'fe80:0000:0000:0000::/56'],
  ['::1', '0000:0000:0000:0000::/56'],
  ['::', '0000:0000:0000:0000::/56'],
  ['', ''],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('the next /56 is another customer', () => {
  expect(networkOf('2001:db8:1:2a00::1')).not.toBe(networkOf('2001:db8:1:2b00::1'));
});
