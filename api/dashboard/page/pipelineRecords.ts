import { get, rows } from './rest.ts';
import { readyNotes } from './state.ts';

interface OfMarket {
  readonly exchange: string;
  readonly symbol: string;
}

export interface Feed extends OfMarket {
  readonly state: string;
  readonly words: string | null;
  readonly backfilled: number | null;
}

export interface Freshness extends OfMarket {
  readonly state: string;
  readonly seconds_since_event: number;
}

/** Minutes a stage is behind in a market; null when nothing has come out of it for a day. */
export interface Lag extends OfMarket {
  readonly minutes_behind: number | null;
}

export interface UnknownMinutes extends OfMarket {
  readonly day: string;
  readonly unknown_minutes: number;
}

export interface Gap extends OfMarket {
  readonly missing: number;
  readonly repaired: number | null;
  readonly status: string;
  readonly cause: string;
  readonly detected_at: string;
}

export interface Drift {
  readonly model: string;
  readonly version: number;
  readonly feature: string;
  readonly state: string;
  readonly psi: number | null;
}

export interface Alert {
  readonly rule: string;
  readonly subject: string;
  readonly severity: string;
  readonly value: number | null;
  readonly threshold: number;
  readonly since: string;
}

export interface Job {
  readonly kind: string;
  readonly state: string;
  readonly progress: number | null;
  readonly message: string | null;
  readonly started_at: string;
}

export interface Nulls extends OfMarket {
  readonly feature: string;
  readonly minutes: number;
  readonly nulls: number;
}

export interface Impossible extends OfMarket {
  readonly source: string;
  readonly problem: string;
  readonly amount: number;
}

export interface Duplicates extends OfMarket {
  readonly hour: string;
  readonly received: number;
  readonly repeated: number;
  readonly duplicate_rate: number | null;
}

export interface DeadLetters {
  readonly source: string;
  readonly letters: number;
  readonly letters_last_hour: number;
  readonly last_received_at: string;
}

/** How good the data is. */
export interface Quality {
  readonly nulls: readonly Nulls[];
  readonly impossible: readonly Impossible[];
  /** Of the last hours, the newest first. */
  readonly duplicates: readonly Duplicates[];
  readonly letters: readonly DeadLetters[];
}

/** How data flows at a moment. */
export interface Pipeline {
  readonly source: { readonly kind: string; readonly detail: string };
  readonly feeds: readonly Feed[];
  readonly reasons: readonly string[];
  readonly freshness: readonly Freshness[];
  readonly features: readonly Lag[];
  readonly scoring: readonly Lag[];
  readonly unknown: readonly UnknownMinutes[];
  readonly gaps: readonly Gap[];
  readonly drift: readonly Drift[];
  readonly jobs: readonly Job[];
  /** Those that fire. */
  readonly alerts: readonly Alert[];
}

type Feeds = Pipeline['source'] & { readonly markets: readonly Feed[] };

/** Asks for all of it. @throws RestError */
export async function loadPipeline(): Promise<Pipeline> {
  const [source, reasons, freshness, features, scoring, unknown, gaps, drift, jobs, alerts] =
    await Promise.all([
      get<Feeds>('/v1/feeds'),
      readyNotes(),
      rows<Freshness>('/v1/freshness', { order: 'asc' }),
      rows<Lag>('/v1/lag/features'),
      rows<Lag>('/v1/lag/scoring'),
      rows<UnknownMinutes>('/v1/unknown-minutes', { limit: 200 }),
      rows<Gap>('/v1/gaps', { limit: 12 }),
      rows<Drift>('/v1/drift', { limit: 500 }),
      rows<Job>('/v1/jobs', { limit: 8 }),
      rows<Alert>('/v1/monitoring/alerts', { state: 'firing', limit: 50 }),
    ]);
  const lags = { freshness, features, scoring, unknown };
  return { source, feeds: source.markets, reasons, ...lags, gaps, drift, jobs, alerts };
}

/** Asks for what takes the database longer, and changes slowly. @throws RestError */
export async function loadQuality(): Promise<Quality> {
  const [nulls, impossible, duplicates, letters] = await Promise.all([
    rows<Nulls>('/v1/quality/nulls', { limit: 5_000 }),
    rows<Impossible>('/v1/quality/impossible-values', { limit: 100 }),
    rows<Duplicates>('/v1/quality/duplicates', { limit: 100 }),
    rows<DeadLetters>('/v1/quality/dead-letters', { limit: 100 }),
  ]);
  return { nulls, impossible, duplicates, letters };
}
