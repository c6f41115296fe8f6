import type { IncomingMessage } from 'node:http';
import { NOBODY } from '../exchange.ts';
import { Problem } from '../problem.ts';
import type { Access } from '../route.ts';
import { isKey, type KeyRecord, keyId } from './key.ts';
import type { Keyring } from './keyring.ts';
import { isLoopback } from './loopback.ts';

/** Who asks. */
export interface Visitor {
  /** Name of the key, or `nobody`. */
  readonly name: string;
  /** Id of the key, or null without one. */
  readonly id: string | null;
  readonly admin: boolean;
  /** Requests a minute that its key allows; null for the standard. */
  readonly rate: number | null;
}

/** How the door is kept. */
export interface GateOptions {
  /** Null when there is no file of keys: nobody is admin then. */
  readonly keys: Keyring | null;
  /** Whether reading takes a key, too. */
  readonly keysRequired: boolean;
  /** Web pages from elsewhere that may ask, as `https://desk.example`. */
  readonly origins: readonly string[];
  /** A key that is in no file, for whoever runs the process. */
  readonly operator?: KeyRecord | null;
}

/** Decides who may come in: for requests, and for the sockets that are no requests. */
export class Gate {
  readonly keysRequired: boolean;
  readonly origins: readonly string[];
  readonly #keys: Keyring | null;
  readonly #operator: KeyRecord | null;
  /** The name that was asked for last and is ours: nearly always the same. */
  #ownHost = '';

  constructor({ keys, keysRequired, origins, operator = null }: GateOptions) {
    this.#keys = keys;
    this.#operator = operator;
    this.keysRequired = keysRequired;
    this.origins = origins;
  }

  /**
   * Who asks, by `authorization: Bearer` or `x-api-key`. A key is never taken from the address, which is logged on its way.
   * @throws Problem when a key is shown that is not in force, or the host is not ours
   */
  visitor(request: IncomingMessage): Visitor {
    this.#checkHost(request);
    const shown = keyShown(request);
    if (shown === null) return NOBODY;
    const record = this.#find(shown);
    if (record === null)
      throw unauthorized('The key is not one of ours, or was revoked: `tickwave keys add` makes one');
    const { id, name, scopes, rate } = record;
    return { id, name, rate, admin: scopes.includes('admin') };
  }

  /** @throws Problem when the visitor may not have this */
  allow(visitor: Visitor, access: Access): void {
    if (access === 'open' || visitor.admin) return;
    const needed = access === 'admin' || this.keysRequired;
    if (needed && visitor.id === null)
      throw unauthorized('Send a key as `authorization: Bearer tw_…`; `tickwave keys add` makes one');
    if (access === 'admin') {
      throw new Problem('forbidden', {
        detail: `The key '${visitor.name}' may read. This takes one with the scope admin`,
      });
    }
  }

  /** Whether a key, null being none, may read: for sockets and streams, which are not answered with problems. */
  readonly authorize = async (key: string | null, request: IncomingMessage): Promise<boolean> => {
    try {
      this.#checkHost(request);
      if (key === null) return !this.keysRequired;
      return this.#find(key) !== null;
    } catch (error) {
      if (error instanceof Problem) return false;
      throw error;
    }
  };

  #find(key: string): KeyRecord | null {
    const own = this.#operator;
    if (own !== null && keyId(key) === own.id) return isKey(key, own) ? own : null;
    return this.#keys?.find(key) ?? null;
  }

  /**
   * Without keys it is the machine that keeps strangers out. A page from elsewhere gets around that when its own name
   * leads here, and then the name is what gives it away.
   */
  #checkHost({ headers: { host } }: IncomingMessage): void {
    if (this.keysRequired || host === undefined || host === this.#ownHost) return;
    if (isLoopback(hostName(host))) {
      this.#ownHost = host;
      return;
    }
    throw new Problem('wrong_host', {
      detail: `'${host.slice(0, 80)}' is not the name of this machine to itself: ask 127.0.0.1 or localhost, or have keys required (API_KEYS)`,
    });
  }
}

function hostName(host: string): string {
  return host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
}

function keyShown({ headers }: IncomingMessage): string | null {
  const { authorization } = headers;
  const own = headers['x-api-key'];
  if (authorization === undefined) return typeof own === 'string' ? own : null;
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (bearer === undefined)
    throw unauthorized('The header authorization has another form than `Bearer tw_…`');
  return bearer;
}

function unauthorized(detail: string): Problem {
  return new Problem('unauthorized', {
    detail,
    headers: { 'www-authenticate': 'Bearer realm="tickwave"' },
  });
}
