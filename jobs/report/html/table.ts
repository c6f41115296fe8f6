import { html, type Markup } from './markup.ts';

/** A table: what it is of, names of columns, and rows of text; the first column names the row. */
export interface Table {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table that scrolls by itself where the screen is narrow. */
export function drawTable({ caption, columns, rows }: Table): Markup {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(drawRow)}</tbody></table></div>`;
}

function drawRow([name = '', ...cells]: readonly string[]): Markup {
  return html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>
`;
}
