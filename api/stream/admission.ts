import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { StreamLimits } from './limits.ts';

/** Whether a key may be used; `key` is null where none was given. */
export type Authorize = (key: string | null, request: IncomingMessage) => Promise<boolean>;

/** Why a connection is not taken. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

/** Counts connections, in all and by address, and refuses those beyond the limits. */
export class Admission {
  readonly #limits: StreamLimits;
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  get connections(): number {
    return this.#count;
  }

  /** Counts a connection in; gives the function that counts it out, or why it is refused. */
  enter(address: string): (() => void) | Refusal {
    const { connections, connectionsPerAddress } = this.#limits;
    const own = this.#byAddress.get(address) ?? 0;
    if (this.#count >= connections)
      return refusal(503, 'overloaded', `There are ${connections} streams already, which is the limit`);
    if (own >= connectionsPerAddress)
      return refusal(
        429,
        'too_many_streams',
        `${address} has ${own} streams already; the limit is ${connectionsPerAddress}. One can carry every channel and market`,
      );
    this.#count++;
    this.#byAddress.set(address, own + 1);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.#count--;
      const left = (this.#byAddress.get(address) ?? 1) - 1;
      if (left > 0) this.#byAddress.set(address, left);
      else this.#byAddress.delete(address);
    };
  }
}

/**
 * Whether a page of this origin may connect. Browsers tell the origin and let any page open a WebSocket to any address, this
 * machine's too; other programs tell none. Pages that come from the host that is asked are our own: a stranger's page that
 * has its name lead here is given away by that name, which the gate checks.
 */
export function originAllowed({ origin, host }: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes(origin)) return true;
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  return from.host === host || ['127.0.0.1', 'localhost', '[::1]'].includes(from.hostname);
}

/** The key of `Authorization: Bearer …`, or null. */
export function bearerKey(request: IncomingMessage): string | null {
  return /^Bearer +(\S{1,512})$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

export function refusal(status: number, code: string, detail: string): Refusal {
  return { status, code, detail };
}
