import type { Logger } from 'pino';
import type { Clock } from '../context.ts';
import { PublicWithoutKeys } from './errors.ts';
import { Gate } from './gate.ts';
import { Keyring } from './keyring.ts';
import { isLoopback } from './loopback.ts';

/** What decides how the door is kept. */
export interface OpenGateOptions {
  /** Address that is listened on. */
  readonly host: string;
  readonly keyFile: string;
  /** `auto`: reading takes a key where others can reach it. */
  readonly keys: 'auto' | 'required';
  readonly origins: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The gate for an address. @throws BadKeyFile, PublicWithoutKeys */
export function openGate({ host, keyFile, keys, origins, clock, logger }: OpenGateOptions): Gate {
  const ring = new Keyring(keyFile, clock, logger);
  const open = isLoopback(host);
  if (!open && !ring.inForce) throw new PublicWithoutKeys(host, keyFile);
  return new Gate({ keys: ring, keysRequired: !open || keys === 'required', origins });
}
