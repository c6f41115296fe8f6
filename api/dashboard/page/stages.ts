import { element } from './element.ts';
import { duration } from './format.ts';
import type { Lag, Pipeline } from './pipelineRecords.ts';

/** Behind by more than this, a stage is looked at. */
const LATE_SECONDS = 180;
const LATE_MINUTES = 2;

interface Stage {
  readonly name: string;
  readonly value: string;
  readonly tone: 'good' | 'bad' | 'quiet';
  readonly about: string;
}

/** From the trade to the prediction, with the lag of the market that is furthest behind. */
export function stages({ freshness, features, scoring, reasons }: Pipeline): HTMLElement {
  const events = freshness.map(({ seconds_since_event }) => seconds_since_event);
  const oldest = Math.max(...events);
  const engine = reasons.find((text) => /^(engine|database)/.test(text));
  const all: readonly Stage[] = [
    events.length === 0
      ? { name: 'Trades', value: 'none yet', tone: 'quiet', about: 'no market has traded' }
      : {
          name: 'Trades',
          value: duration(oldest),
          tone: toneOf(oldest <= LATE_SECONDS),
          about: 'since the last sign of life',
        },
    engine === undefined
      ? { name: 'Views', value: 'current', tone: 'good', about: 'every change is in them' }
      : { name: 'Views', value: 'behind', tone: 'bad', about: engine },
    behind('Features', features, 'closed minutes not complete'),
    behind('Predictions', scoring, 'closed minutes not scored'),
  ];
  return element('ol', { class: 'stages', 'aria-label': 'Lag by stage' }, ...all.map(shown));
}

function behind(name: string, lags: readonly Lag[], about: string): Stage {
  const known = lags.flatMap(({ minutes_behind }) => (minutes_behind === null ? [] : [minutes_behind]));
  if (known.length === 0)
    return {
      name,
      value: 'none yet',
      tone: 'quiet',
      about: name === 'Features' ? 'markets warm up' : 'no model is in service',
    };
  const most = Math.max(...known);
  return { name, value: `${most} min`, tone: toneOf(most <= LATE_MINUTES), about };
}

function toneOf(good: boolean): Stage['tone'] {
  return good ? 'good' : 'bad';
}

function shown({ name, value, tone, about }: Stage): HTMLElement {
  return element(
    'li',
    { class: tone },
    element('span', { class: 'stage-name' }, name),
    element('strong', {}, value),
    element('small', {}, about),
  );
}
