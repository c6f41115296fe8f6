import { element } from './element.ts';

export type Cell = string | Node;

const GOOD = ['live', 'ok', 'repaired', 'done'];
const BAD = [
  'critical',
  'impossible',
  'now',
  'many',
  'stale',
  'drifted',
  'detected',
  'permanent',
  'failed',
  'lost',
];

/** The name of a state, in the colour of what it means. */
export function state(name: string): HTMLElement {
  const tone = GOOD.includes(name) ? 'good' : BAD.includes(name) ? 'bad' : 'neutral';
  return element('span', { class: `state ${tone}` }, name);
}

/** Head of a column whose figures stand under each other. */
export interface NumberHead {
  readonly number: string;
}

/** A column of figures. */
export function number(name: string): NumberHead {
  return { number: name };
}

/** Lines under heads; in place of none, why there are none. */
export function table(
  heads: readonly (string | NumberHead)[],
  lines: readonly (readonly Cell[])[],
  empty: string,
  label: string,
): HTMLElement {
  if (lines.length === 0) return element('p', { class: 'empty' }, empty);
  const alignment = heads.map((head) => (typeof head === 'string' ? 'text' : null));
  const names = heads.map((head) => (typeof head === 'string' ? head : head.number));
  const head = names.map((name, index) => element('th', { scope: 'col', class: alignment[index] }, name));
  const body = lines.map(([first, ...others]) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, first),
      ...others.map((cell, index) => element('td', { class: alignment[index + 1] }, cell)),
    ),
  );
  // What is wider than the screen is scrolled, with the keyboard too.
  return element(
    'div',
    { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label },
    element(
      'table',
      { class: 'rows' },
      element('thead', {}, element('tr', {}, ...head)),
      element('tbody', {}, ...body),
    ),
  );
}
