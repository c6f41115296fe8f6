import { isIPv6 } from 'node:net';

/**
 * What counts as one client without a key: an IPv4 address, or the /56 that one customer of an IPv6 network is given, who else
 * would have addresses without end.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [ip = ''] = address.split('%');
  if (!isIPv6(ip)) return address;
  const [head = '', tail] = ip.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const behind = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - behind.length;
  const all = [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...behind];
  const [one, two, three, four] = all.map((group) => group.padStart(4, '0'));
  return `${one}:${two}:${three}:${four?.slice(0, 2)}00::/56`;
}
