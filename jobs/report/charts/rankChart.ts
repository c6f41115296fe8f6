import { html, type Markup } from '../html/markup.ts';
import { rounded } from './scale.ts';

/** Bars that lie under each other, the longest first, each with its name and its value in words. */
export interface RankChart {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly bars: readonly { readonly name: string; readonly value: number; readonly text: string }[];
}

const WIDTH = 380;
const LINE = 30;
const BAR_WIDTH = 310;

/** As SVG. Values are not below 0. */
export function drawRanks({ id, title, about, bars }: RankChart): Markup {
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  return html`<svg viewBox="0 0 ${WIDTH} ${bars.length * LINE + 6}" role="img" aria-labelledby="${id}-title ${id}-about">
<title id="${id}-title">${title}</title><desc id="${id}-about">${about}</desc>
<g class="ranks tone-1">${bars.map(({ name, value, text }, index) => {
    const width = rounded(Math.max(0.5, (value / most) * BAR_WIDTH));
    return html`<text x="0" y="${index * LINE + 13}">${name}</text><rect x="0" y="${index * LINE + 17}" width="${width}" height="8"/><text class="value" x="${rounded(width + 6)}" y="${index * LINE + 25}">${text}</text>`;
  })}</g>
</svg>`;
}
