import type { Logger } from 'pino';
import type { Clock } from '../context.ts';
import { PublicWithoutKeys } from './errors.ts';
import { Gate } from './gate.ts';
import type { KeyRecord } from './key.ts';
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
  /** A key that is in no file, for whoever runs the process. */
  readonly operator?: KeyRecord | null;
}

/** The gate for an address. @throws BadKeyFile, PublicWithoutKeys */
export function openGate(options: OpenGateOptions): Gate {
  const { host, keyFile, keys, origins, clock, logger, operator = null } = options;
  const ring = new Keyring(keyFile, clock, logger);
  const open = isLoopback(host);
  if (!open && !ring.inForce) throw new PublicWithoutKeys(host, keyFile);
  return new Gate({ keys: ring, keysRequired: !open || keys === 'required', origins, operator });
}
