import { type LandingRow, otherRows, recordedTrades } from '../risingwave/recording.ts';

const at = (minute: number): string =>
  new Date(Date.parse('2019-07-01T00:00:00Z') + minute * 60_000).toISOString();

/** Two versions of a model of which the second took over from the first, and back again. */
const DECISIONS = [
  { minute: 1, version: 1, action: 'promote', alias: 'champion', previous_version: null },
  { minute: 5, version: 2, action: 'challenge', alias: 'challenger', previous_version: null },
  { minute: 10, version: 2, action: 'promote', alias: 'champion', previous_version: 1 },
  { minute: 15, version: 1, action: 'refuse', alias: null, previous_version: null },
  { minute: 30, version: 1, action: 'rollback', alias: 'champion', previous_version: 2 },
] as const;

/** What a running Tickwave writes beside the rows that the comparison of views needs. */
function written(): LandingRow[] {
  return [
    {
      table: 'models',
      row: {
        name: 'ridge',
        version: 2,
        alias: null,
        algorithm: 'ridge',
        horizon_minutes: 5,
        created_at: at(4),
      },
    },
    ...DECISIONS.map(({ minute, ...row }, index) => ({
      table: 'promotions',
      row: {
        ...{ name: 'ridge', decision: index + 1, ...row, decided_at: at(minute) },
        ...{ reasons: '["a test"]', evidence: '{}' },
      },
    })),
    ...[1, 2].map((decision) => ({
      table: 'retraining_decisions',
      row: {
        ...{ name: 'ridge', decision, version: 1, action: decision === 1 ? 'wait' : 'retrain' },
        ...{
          reasons: '["it drifted"]',
          evidence: '{}',
          judged_through: at(20),
          decided_at: at(20 + decision),
        },
      },
    })),
    ...['done', 'failed', 'running'].map((state, index) => ({
      table: 'job_runs',
      row: {
        ...{ kind: 'train', run: index + 1, state, started_by: 'hand', progress: 0.5, message: 'A test.' },
        ...{ cancel_requested: false, started_at: at(index), updated_at: at(index + 1), finished_at: null },
      },
    })),
    ...[0, 1].map((index) => ({
      table: 'pipeline_health',
      row: {
        ...{ sampled_at: at(index), exchange: 'kraken', symbol: 'BTC/USD', state: 'live' },
        ...{
          seconds_since_trade: 1.5,
          seconds_since_event: 0.5,
          open_gaps: index,
          missing_trades: 10 * index,
        },
      },
    })),
    ...[0, 1, 2].map((index) => ({
      table: 'news',
      row: {
        ...{ id: `n${index}`, source: 'wire', title: `"Story" ${index}`, summary: null, url: null },
        ...{ published_at: at(index), received_at: at(index + 1) },
      },
    })),
  ];
}

/** Recorded trades, with all that hangs on them. */
export function everything(trades: number, seed: number): LandingRow[] {
  return [...otherRows(seed), ...written(), ...recordedTrades(trades)];
}
