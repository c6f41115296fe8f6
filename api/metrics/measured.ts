import { readFileSync } from 'node:fs';

/** A gauge whose series are the rows of a query: its column `value`, the other columns as labels. */
export interface Measured {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly sql: string;
  /** Whether it asks for what only an engine with statistics knows. */
  readonly statistic: boolean;
}

const MARKET = ['exchange', 'symbol'];
const MODEL = ['model', 'version'];

/** What is read from the database when somebody looks. */
export const MEASURED: readonly Measured[] = [
  measured(
    'market_event_age_seconds',
    'Since the last trade or heartbeat of a market',
    MARKET,
    'marketEventAge',
  ),
  measured(
    'market_last_minute_trades',
    'Trades of the newest closed minute of a market',
    MARKET,
    'marketLastMinuteTrades',
  ),
  measured('gaps_open', 'Holes in the trade ids of a market that are not closed', MARKET, 'gapsOpen'),
  measured('gaps_missing_trades', 'Trades that are missing in them', MARKET, 'gapsMissingTrades'),
  measured(
    'model_skill_ratio',
    'Share of the error of predicting no change that a version takes away, over a period; below 0 it adds to it',
    [...MODEL, 'alias', 'horizon_minutes', 'period'],
    'modelSkill',
  ),
  measured(
    'model_age_seconds',
    'Event time since the end of the training data of a version',
    [...MODEL, 'alias'],
    'modelAge',
  ),
  measured(
    'model_features_changed',
    '1 for a version in service that does not predict since its features changed, else 0',
    [...MODEL, 'alias'],
    'modelFeaturesChanged',
  ),
  measured(
    'drift_features',
    'Inputs of a version by their state of drift',
    [...MODEL, 'state'],
    'driftFeatures',
  ),
  measured(
    'scoring_lag_seconds',
    'Closed minutes that a version has not looked at',
    [...MODEL, ...MARKET],
    'scoringLag',
  ),
  measured(
    'job_last_run',
    '1 for the state of the newest run of a kind of job',
    ['kind', 'state'],
    'jobLastRun',
  ),
  measured('dead_letters', 'Messages of a source that could not be used', ['source'], 'deadLetters'),
  measured('alerts_firing', 'Alerts that are firing', ['severity'], 'alertsFiring'),
  measured('alert_deliveries', 'Messages about alerts', ['destination', 'state'], 'alertDeliveries'),
  measured('database_size_bytes', 'Disk that the database takes', [], 'databaseSize.postgres'),
];

function measured(name: string, help: string, labels: readonly string[], file: string): Measured {
  const sql = readFileSync(new URL(`./sql/${file}.sql`, import.meta.url), 'utf8');
  return { name: `tickwave_${name}`, help, labels, sql, statistic: file.endsWith('.postgres') };
}
