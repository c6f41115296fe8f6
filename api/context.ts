import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Gate } from './access/gate.ts';
import type { AdminPort } from './admin/port.ts';
import type { Answers } from './answers.ts';
import type { Catalog } from './catalog.ts';
import type { Views } from './database.ts';
import type { Markets } from './markets.ts';
import type { LatestPredictions } from './predictions/latest.ts';
import type { History } from './readiness.ts';
import type { Remembered } from './remembered.ts';
import type { FeedsReport } from './schemas/feeds.ts';
import type { Watermarks } from './watermarks.ts';

/** The time, in milliseconds since the epoch. */
export interface Clock {
  now(): number;
}

/** What the engine says of itself. */
export interface EngineStatus {
  readonly state: 'starting' | 'running' | 'stopped';
  /** How far the views are behind what was written, or null when nothing waits. */
  readonly refreshLagMs: number | null;
  /** What it is busy with, or why it stopped, for people. */
  readonly detail?: string;
}

/** What every route is given. */
export interface Context {
  readonly db: Kysely<Views>;
  readonly catalog: Catalog;
  readonly markets: Markets;
  readonly watermarks: Watermarks;
  readonly latest: LatestPredictions;
  readonly answers: Answers;
  readonly history: Remembered<History>;
  readonly status: () => Promise<EngineStatus>;
  readonly feeds: () => FeedsReport;
  /** Decides who may have what. */
  readonly gate: Gate;
  /** Null where nothing can be started. */
  readonly admin: AdminPort | null;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly startedAt: number;
  /** Views that are further behind than this are not ready. */
  readonly maxLagMs: number;
}
