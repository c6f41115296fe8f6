import { tryPort } from '../../engine/postgres/server/port.ts';

/** A port of this machine that nothing listens on at the moment. */
export async function freePort(): Promise<number> {
  const port = await tryPort(0);
  if (port === null) throw new Error('No port is free on 127.0.0.1');
  return port;
}
