import { html, Markup } from '../html/markup.ts';
import { linearScale, rounded, type Scale } from './scale.ts';

/** A point of a chart. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Something that is drawn. `tone` picks its colour: 1 to 3, or quiet. */
export type Mark =
  | { readonly kind: 'line'; readonly name: string; readonly tone: Tone; readonly points: readonly Point[] }
  | { readonly kind: 'dots'; readonly name: string; readonly tone: Tone; readonly points: readonly Point[] }
  | { readonly kind: 'bars'; readonly name: string; readonly tone: Tone; readonly points: readonly Point[] }
  /** From `y` to `end` at each x. */
  | {
      readonly kind: 'whiskers';
      readonly name: string;
      readonly tone: Tone;
      readonly points: readonly (Point & { readonly end: number })[];
    }
  /** A level line over the whole width, or the diagonal on which x = y. */
  | { readonly kind: 'level'; readonly name: string; readonly y: number }
  | { readonly kind: 'diagonal'; readonly name: string };

export type Tone = 1 | 2 | 3 | 'quiet';

/** One picture with two axes. */
export interface Chart {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What is to be seen, in a sentence, for those who don't see it. */
  readonly about: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xText: (value: number) => string;
  readonly yText: (value: number) => string;
  readonly marks: readonly Mark[];
}

const WIDTH = 380;
const HEIGHT = 244;
const LEFT = 52;
const RIGHT = WIDTH - 20;
const TOP = 24;
const BOTTOM = HEIGHT - 44;

/** A chart as SVG, without scripts; colours come from the page's style. */
export function drawChart(chart: Chart): Markup {
  const points = chart.marks.flatMap(pointsOf);
  const x = linearScale(
    points.map((point) => point.x),
    LEFT,
    RIGHT,
    4,
  );
  const levels = chart.marks.flatMap((mark) => (mark.kind === 'level' ? [mark.y] : []));
  const y = linearScale([...points.map((point) => point.y), ...levels], BOTTOM, TOP);
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${chart.id}-title ${chart.id}-about">
<title id="${chart.id}-title">${chart.title}</title><desc id="${chart.id}-about">${chart.about}</desc>
${axes(chart, x, y)}
${chart.marks.map((mark) => draw(mark, x, y))}
</svg>`;
}

function pointsOf(mark: Mark): readonly Point[] {
  switch (mark.kind) {
    case 'level':
    case 'diagonal':
      return [];
    case 'bars':
      // A bar stands on zero.
      return mark.points.flatMap((point) => [point, { x: point.x, y: 0 }]);
    case 'whiskers':
      return mark.points.flatMap((point) => [point, { x: point.x, y: point.end }]);
    default:
      return mark.points;
  }
}

function axes({ xLabel, yLabel, xText, yText }: Chart, x: Scale, y: Scale): Markup {
  const rows = y.ticks.map(
    (tick) =>
      html`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${y.at(tick)}" y2="${y.at(tick)}"/><text x="${LEFT - 5}" y="${y.at(tick) + 4}" text-anchor="end">${yText(tick)}</text>`,
  );
  const columns = x.ticks.map(
    (tick) => html`<text x="${x.at(tick)}" y="${BOTTOM + 16}" text-anchor="middle">${xText(tick)}</text>`,
  );
  return html`<g class="axes" aria-hidden="true">${rows}${columns}<text class="label" x="${RIGHT}" y="${HEIGHT - 6}" text-anchor="end">${xLabel}</text><text class="label" x="2" y="11">${yLabel}</text></g>`;
}

function draw(mark: Mark, x: Scale & Ends, y: Scale & Ends): Markup {
  switch (mark.kind) {
    case 'line':
      return html`<polyline class="line tone-${mark.tone}" points="${mark.points.map((point) => `${x.at(point.x)},${y.at(point.y)}`).join(' ')}"/>`;
    case 'dots':
      return html`<g class="dots tone-${mark.tone}">${mark.points.map((point) => html`<circle cx="${x.at(point.x)}" cy="${y.at(point.y)}" r="${mark.tone === 'quiet' ? 1.4 : 3.5}"/>`)}</g>`;
    case 'bars':
      return html`<g class="bars tone-${mark.tone}">${mark.points.map((point) => bar(point, mark.points.length, x, y))}</g>`;
    case 'whiskers':
      return html`<g class="whiskers tone-${mark.tone}">${mark.points.map((point) => html`<line x1="${x.at(point.x)}" x2="${x.at(point.x)}" y1="${y.at(point.y)}" y2="${y.at(point.end)}"/>`)}</g>`;
    case 'level':
      return html`<line class="level" x1="${LEFT}" x2="${RIGHT}" y1="${y.at(mark.y)}" y2="${y.at(mark.y)}"/>`;
    case 'diagonal':
      return diagonal(x, y);
  }
}

interface Ends {
  readonly low: number;
  readonly high: number;
}

function bar(point: Point, count: number, x: Scale, y: Scale): Markup {
  const width = Math.max(2, Math.min(24, ((RIGHT - LEFT) / Math.max(1, count)) * 0.7));
  const [zero, end] = [y.at(0), y.at(point.y)];
  return html`<rect x="${rounded(x.at(point.x) - width / 2)}" y="${Math.min(zero, end)}" width="${rounded(width)}" height="${rounded(Math.max(0.5, Math.abs(zero - end)))}"/>`;
}

/** The part of x = y that both axes show. */
function diagonal(x: Scale & Ends, y: Scale & Ends): Markup {
  const [low, high] = [Math.max(x.low, y.low), Math.min(x.high, y.high)];
  if (low >= high) return new Markup('');
  return html`<line class="level" x1="${x.at(low)}" x2="${x.at(high)}" y1="${y.at(low)}" y2="${y.at(high)}"/>`;
}
