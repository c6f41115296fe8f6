import { BlockList, isIP } from 'node:net';

const OWN = new BlockList();
OWN.addSubnet('127.0.0.0', 8);
OWN.addAddress('::1', 'ipv6');

/** Whether a name or an address is this machine's own, which nobody else can reach. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  const family = isIP(name);
  if (family === 0) return name === 'localhost';
  return OWN.check(name, family === 4 ? 'ipv4' : 'ipv6');
}
