import { type Chart, drawChart, type Mark } from '../charts/chart.ts';
import { html, type Markup } from './markup.ts';
import { drawTable, type Table } from './table.ts';

/** A chart with its title, its legend and, beside it, its numbers. */
export function chartFigure(chart: Chart, table: Table): Markup {
  return figure(chart.title, drawChart(chart), chart.about, legend(chart.marks), table);
}

/** Any picture with its numbers. */
export function figure(
  title: string,
  picture: Markup,
  about: string,
  key: Markup | null,
  table: Table,
): Markup {
  return html`<figure><figcaption>${title}</figcaption>
${picture}
${key}<p class="about">${about}</p>
<details><summary>Numbers</summary>${drawTable(table)}</details></figure>`;
}

function legend(marks: readonly Mark[]): Markup {
  return html`<ul class="legend" aria-hidden="true">${marks.map((mark) => html`<li class="${'tone' in mark ? `tone-${mark.tone}` : 'tone-level'}">${mark.name}</li>`)}</ul>`;
}
