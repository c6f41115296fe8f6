import { join } from 'node:path';
import type { Logger } from 'pino';
import type { RateLimits } from '../api/access/admission.ts';
import type { Gate } from '../api/access/gate.ts';
import type { KeyRecord } from '../api/access/key.ts';
import { openGate } from '../api/access/openGate.ts';
import type { Config } from '../config/config.ts';
import { systemClock } from '../engine/clock.ts';

/** Where the keys of the API are. */
export function keyFileOf({ API_KEYS_FILE, DATA_DIR }: Config): string {
  return API_KEYS_FILE ?? join(DATA_DIR, 'api-keys.json');
}

/**
 * Who may ask the API, as the configuration has it.
 *
 * @param operator a key for the verbs of this process's own user, beside those of the file
 * @throws BadKeyFile, PublicWithoutKeys
 */
export function gateOf(config: Config, logger: Logger, operator: KeyRecord | null = null): Gate {
  return openGate({
    operator,
    host: config.HOST,
    keyFile: keyFileOf(config),
    keys: config.API_KEYS,
    origins: config.API_ORIGINS ?? [],
    clock: systemClock,
    logger,
  });
}

/** How often they may. */
export function rateLimitsOf({ API_RATE, API_ADDRESS_RATE }: Config): RateLimits {
  return { perKey: API_RATE, perAddress: API_ADDRESS_RATE };
}
