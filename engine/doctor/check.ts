import type { Clock } from '../clock.ts';

/** One thing that was looked at. */
export interface Check {
  /** What it is about, as in `disk space`. */
  readonly name: string;
  readonly outcome: 'ok' | 'warn' | 'fail';
  /** What was found. */
  readonly found: string;
  /** What to do about it; null when nothing. */
  readonly remedy: string | null;
}

/** What is looked at, and from where. */
export interface DoctorOptions {
  readonly dataDir: string;
  /** The database's port when one is fixed. */
  readonly port?: number;
  /** The API's port. */
  readonly apiPort?: number;
  /** A server of one's own instead of the embedded one. */
  readonly databaseUrl?: string;
  /** Brokers, when messages come from Kafka. */
  readonly kafkaBrokers?: string;
  readonly clock: Clock;
}

/** All is well. */
export function ok(name: string, found: string): Check {
  return { name, outcome: 'ok', found, remedy: null };
}

/** It works, and may not for long or not as meant. */
export function warn(name: string, found: string, remedy: string): Check {
  return { name, outcome: 'warn', found, remedy };
}

/** Tickwave can't work like this. */
export function fail(name: string, found: string, remedy: string): Check {
  return { name, outcome: 'fail', found, remedy };
}
