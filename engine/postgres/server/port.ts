import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { PortInUse } from './errors.ts';

/** The port to listen on: the one asked for, else the one this folder had before, else a free one. */
export async function choosePort(
  dataDir: string,
  wanted: number | undefined,
  say: (line: string) => void,
): Promise<number> {
  if (wanted !== undefined) {
    if ((await tryPort(wanted)) !== null) return remember(dataDir, wanted);
    throw new PortInUse(
      `Port ${wanted} on 127.0.0.1 is in use`,
      'Stop the program that listens there, or choose another port',
    );
  }
  const before = rememberedPort(dataDir);
  const port = (before === null ? null : await tryPort(before)) ?? (await tryPort(0));
  if (port === null)
    throw new PortInUse('No free port was found on 127.0.0.1', 'Give one with the port setting');
  if (before !== null && port !== before)
    say(`port ${before} is taken: the database listens on ${port} from now on`);
  return remember(dataDir, port);
}

function remember(dataDir: string, port: number): number {
  writeFileSync(portFile(dataDir), `${port}\n`);
  return port;
}

/** The port that the database of a data folder listens on, or had when it last ran. */
export function rememberedPort(dataDir: string): number | null {
  try {
    const port = Number(readFileSync(portFile(dataDir), 'utf8'));
    return Number.isInteger(port) && port > 0 && port < 65536 ? port : null;
  } catch {
    return null;
  }
}

function portFile(dataDir: string): string {
  return join(dataDir, 'port');
}

/** Binds the port for a moment (0: any); its number, or null when it is taken. */
export function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(null));
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const bound = (probe.address() as AddressInfo).port;
      probe.close(() => resolve(bound));
    });
  });
}
