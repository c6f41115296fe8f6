import { amount, minutesText, spanText } from '../format.ts';
import type { Report, SourceReport } from '../report.ts';
import { html, Markup } from './markup.ts';
import { studySection } from './studySection.ts';
import { STYLE } from './style.ts';

/** Nothing from outside, no scripts: the page's own style is all there is. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** The report as a page that needs nothing else, and as JSON. */
export function writeReport(report: Report): { readonly html: string; readonly json: string } {
  return { html: page(report).text, json: `${JSON.stringify(report, null, 1)}\n` };
}

function page(report: Report): Markup {
  const { source, studies, unavailable } = report;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>Tickwave: what was predicted, and how good</title><style>${new Markup(STYLE)}</style></head>
<body><header><h1>What was predicted, and how good</h1>
${studies.length === 1 ? null : html`<ul>${studies.map((study) => html`<li><strong>${study.title}</strong>: ${study.verdict.sentence}</li>`)}</ul>`}</header>
<main>${studies.length === 1 ? null : about(source)}
${studies.map((study, index) => studySection(study, source, index))}
${studies.length === 1 ? about(source) : null}
${studies.length === 0 ? html`<p>Nothing was predicted.</p>` : null}
<h2>How to read it</h2>${TERMS}</main>
<footer>${unavailable.map(({ name, reason }) => html`<p>${name} was left out: ${reason}</p>`)}
<p>Made by Tickwave, ${report.createdAt.slice(0, 16).replace('T', ' ')} UTC. No advice.</p></footer></body></html>
`;
}

function about(source: SourceReport): Markup {
  const { from, to, candles, trades, barMinutes, files, notes } = source;
  const rows = [
    ...(candles > 0
      ? [`${amount(candles)} candles${barMinutes === 1 ? '' : ` of ${minutesText(barMinutes)}`}`]
      : []),
    ...(trades > 0 ? [`${amount(trades)} trades`] : []),
  ].join(' and ');
  return html`<section aria-labelledby="source"><h2 id="source">The data</h2><p>${source.about} ${rows}, ${spanText(from, to)} UTC.</p>
${notes.map((note) => html`<p>${note}</p>`)}
${files.length === 0 ? null : html`<details><summary>${amount(files.length)} files</summary><ul>${files.map((file) => html`<li>${file}</li>`)}</ul></details>`}</section>`;
}

const TERMS = html`<ul>
<li><strong>Log return</strong>: logarithm of the price at the horizon over the price now. 1 bp is a hundredth of a percent.</li>
<li><strong>Persistence</strong>: predicting that nothing changes. <strong>Skill</strong>: the share of its absolute error that the model takes away; below 0 it adds to it.</li>
<li><strong>Walk forward</strong>: models of the same kind learn from the past and are asked about what came next, again and again, with a gap of the horizon between. <strong>Replay</strong>: the registered model itself, minute by minute, through the engine and the scorer.</li>
<li><strong>p</strong>: how often luck alone would look this good, by a circular block bootstrap. Up to 0.05 in both is called skill here.</li>
<li><strong>Trading rule</strong>: in each market one position at a time, opened when the predicted move is larger than the fees of going in and out, ended after the horizon. No spread, no slippage, no size: what does not earn here earns nowhere, and what does may still not.</li>
</ul>`;
