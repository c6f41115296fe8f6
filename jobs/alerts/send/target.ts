import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { TargetRefused } from '../errors.ts';

/** What is not on the public internet, by the IANA's registries of special-purpose addresses (RFC 6890). */
const SPECIAL = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  SPECIAL.addSubnet(net, bits, 'ipv4');
// Within 2000::/3, which alone is given out: protocols, documentation, and tunnels that carry an IPv4 address.
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  SPECIAL.addSubnet(net, bits, 'ipv6');
const GIVEN_OUT = new BlockList();
GIVEN_OUT.addSubnet('2000::', 3, 'ipv6');

/** Whether an address is on the public internet. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !SPECIAL.check(address, 'ipv4');
  return family === 6 && GIVEN_OUT.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6');
}

/** An address that a name stands for. */
export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Finds all addresses of a name. */
export type Resolve = (host: string) => Promise<readonly Address[]>;

const systemResolve: Resolve = (host) => lookup(host, { all: true, verbatim: true });

/**
 * The address to connect to for a URL; the connection has to use it and no other, or a name could stand for another one by then. All
 * addresses of the name have to be public unless private ones are allowed.
 *
 * @throws TargetRefused
 */
export async function targetOf(
  url: URL,
  allowPrivate: boolean,
  resolve: Resolve = systemResolve,
): Promise<Address> {
  // The parser of URLs has made 127.0.0.1 of 0x7f.1 and of 2130706433 by now.
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  const addresses = family === 0 ? await resolve(host) : [{ address: host, family }];
  const [first] = addresses;
  if (first === undefined)
    throw new TargetRefused(`${host} stands for no address;`, 'look whether its name is right.');
  const inside = addresses.find(({ address }) => !isPublic(address));
  if (inside !== undefined && !allowPrivate)
    throw new TargetRefused(
      `${host === inside.address ? host : `${host}, which is ${inside.address},`} is not on the public internet;`,
      'set allow_private: true at the destination if it is meant.',
    );
  return first;
}
