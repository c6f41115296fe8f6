import { element } from './element.ts';
import { count, duration, moment, percent } from './format.ts';
import type { Alert, Drift, Gap, Job, Pipeline } from './pipelineRecords.ts';
import { number, state, table } from './table.ts';

/** How each market is fed and how far each stage has come in it. */
export function marketsTable(pipeline: Pipeline): HTMLElement {
  const { freshness, feeds, features, scoring, unknown, gaps } = pipeline;
  const lines = freshness.map((market) => {
    const own = (one: { readonly exchange: string; readonly symbol: string }): boolean =>
      one.exchange === market.exchange && one.symbol === market.symbol;
    const feed = feeds.find(own);
    const scored = scoring.filter(own).flatMap(({ minutes_behind }) => minutes_behind ?? []);
    const today = unknown.filter(own).toSorted((a, b) => b.day.localeCompare(a.day))[0];
    return [
      element('span', {}, market.symbol, element('small', {}, ` ${market.exchange}`)),
      state(market.state),
      feed === undefined ? '–' : element('span', { title: feed.words }, feed.state),
      duration(market.seconds_since_event),
      minutes(features.find(own)?.minutes_behind),
      minutes(scored.length === 0 ? undefined : Math.max(...scored)),
      today === undefined ? '–' : count(today.unknown_minutes),
      count(gaps.filter((gap) => own(gap) && gap.status === 'detected').length),
    ];
  });
  const figures = ['Last event', 'Features behind', 'Scoring behind', 'Unknown minutes today', 'Open holes'];
  return table(
    ['Market', 'State', 'Feed', ...figures.map(number)],
    lines,
    'No market is fed yet.',
    'Markets',
  );
}

/** What fires, the newest first. */
export function alertsTable(alerts: readonly Alert[]): HTMLElement {
  const lines = alerts.map(({ rule, subject, severity, value, threshold, since }) => [
    rule,
    state(severity),
    // As exchange=kraken symbol=BTC/USD, of which the names say nothing that is not plain.
    subject.replace(/(^| )\w+=/g, '$1'),
    value === null ? '–' : short(value),
    short(threshold),
    moment(since),
  ]);
  return table(
    ['Rule', 'Severity', 'About', number('Value'), number('Threshold'), number('Since')],
    lines,
    'Nothing fires.',
    'Alerts that fire',
  );
}

/** The newest holes, and what became of them. */
export function gapsTable(gaps: readonly Gap[]): HTMLElement {
  const lines = gaps.map(({ symbol, missing, repaired, status, cause, detected_at }) => [
    symbol,
    state(status),
    `${count(repaired ?? 0)} / ${count(missing)}`,
    cause,
    moment(detected_at),
  ]);
  return table(
    ['Market', 'State', number('Repaired'), 'Cause', number('Found')],
    lines,
    'No trade was ever missed.',
    'Holes',
  );
}

/** Inputs that are least like what the model was trained on. */
export function driftTable(drift: readonly Drift[]): HTMLElement {
  const lines = drift
    .toSorted((a, b) => (b.psi ?? 0) - (a.psi ?? 0))
    .slice(0, 8)
    .map((one) => [
      one.feature,
      state(one.state),
      one.psi?.toFixed(3) ?? '–',
      `${one.model} v${one.version}`,
    ]);
  return table(
    ['Input', 'State', number('PSI'), 'Model'],
    lines,
    'Nothing was checked yet: it takes a model in service and an hour of its inputs.',
    'Drift',
  );
}

/** The newest jobs. */
export function jobsTable(jobs: readonly Job[]): HTMLElement {
  const lines = jobs.map((job) => [
    job.kind,
    state(job.state),
    job.progress === null ? '–' : percent(job.progress, 0),
    moment(job.started_at),
    element('span', { class: 'words' }, job.message ?? ''),
  ]);
  return table(
    ['Job', 'State', number('Done'), number('Began'), 'Says'],
    lines,
    'No job has run yet.',
    'Jobs',
  );
}

function short(value: number): string {
  return Math.abs(value) >= 1_000 ? count(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function minutes(behind: number | null | undefined): string {
  return behind == null ? '–' : `${count(behind)} min`;
}
