import { describe, expect, test } from '@jest/globals';
import { TargetRefused } from '../errors.ts';
import { isPublic, type Resolve, targetOf } from './target.ts';

const never: Resolve = async () => {
  throw new Error('an address needs no look-up');
};
const gives =
  (...addresses: readonly string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

describe('addresses that are not on the public internet are refused, however they are written', () => {
  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://①②⑦.⓪.⓪.①/',
    'http://0/',
    'http://10.1.2.3/',
    'http://172.16.0.1/',
    'http://172.31.255.255/',
    'http://192.168.1.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.64.0.1/',
    'http://198.18.0.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[0:0:0:0:0:ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[2001:0:7f00:1::]/',
    'http://[2001:db8::1]/',
    'http://[fc00::1]/',
    'http://[fd12:3456::1]/',
    'http://[fe80::1]/',
    'http://[fec0::1]/',
    'http://[ff02::1]/',
  ])('%s', async (address) => {
    await expect(targetOf(new URL(address), false, never)).rejects.toThrow(TargetRefused);
    expect((await targetOf(new URL(address), true, never)).address).not.toBe('');
  });
});

test.each(['http://1.1.1.1/', 'http://172.32.0.1/', 'http://100.128.0.1/', 'http://[2606:4700::1111]/'])(
  '%s is taken',
  async (address) => {
    const { hostname } = new URL(address);
    expect((await targetOf(new URL(address), false, never)).address).toBe(hostname.replace(/[[\]]/g, ''));
  },
);

describe('a name', () => {
  const url = new URL('https://desk.example/hook');

  test('is refused when one of its addresses is private', async () => {
    await expect(targetOf(url, false, gives('1.1.1.1', '10.0.0.1'))).rejects.toThrow(
      'desk.example, which is 10.0.0.1, is not on the public internet',
    );
    await expect(targetOf(url, false, gives('::ffff:10.0.0.1'))).rejects.toThrow(TargetRefused);
    await expect(targetOf(url, false, gives())).rejects.toThrow('stands for no address');
  });

  test('gives the address to connect to', async () => {
    expect(await targetOf(url, false, gives('1.1.1.1', '1.0.0.1'))).toEqual({
      address: '1.1.1.1',
      family: 4,
    });
  });
});

test('what is no address at all is not public', () => {
  for (const text of ['', 'desk', '1.2.3', 'fe80::1%eth0']) expect(isPublic(text)).toBe(false);
});
