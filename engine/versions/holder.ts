import type { Owner } from './deployment.ts';

/** Who has the lock on versions. */
export interface Holder extends Owner {
  readonly verb: string;
  readonly since: Date;
  /** Milliseconds for which it is held. */
  readonly heldMs: number;
  /** Milliseconds since its owner was heard of; null where only the end of its term is known. */
  readonly silentMs: number | null;
}

/** Owners say every few seconds that they are there. */
const LONG_SILENT_MS = 12_000;

/** `ann@desk (process 4711) runs tickwave apply since …, for 3 min`, and how long it has been silent where that is long. */
export function describeHolder({ owner, host, pid, verb, since, heldMs, silentMs }: Holder): string {
  const silent = silentMs !== null && silentMs > LONG_SILENT_MS ? `; not heard of for ${age(silentMs)}` : '';
  return `${owner}@${host} (process ${pid}) runs \`tickwave ${verb}\` since ${since.toISOString()}, for ${age(heldMs)}${silent}`;
}

/** How long something is, in the two largest units. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit)) as [
    number,
    number,
    number,
  ];
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
