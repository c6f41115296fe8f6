import { amount, lasting, minutesText, minuteText, spanText } from '../format.ts';
import type { Measured } from '../measured.ts';
import type { SourceReport, StudyReport, TrainingReport } from '../report.ts';
import {
  coverageFigure,
  equityFigure,
  featureFigure,
  pairsFigure,
  reliabilityFigure,
  skillFigure,
} from './figures.ts';
import { dayTable, latencyTable } from './liveTables.ts';
import { html, type Markup } from './markup.ts';
import { comparedTable, foldTable, marketTable, qualityTable } from './qualityTables.ts';
import { drawTable } from './table.ts';

/** One study, from its verdict to its numbers. */
export function studySection(study: StudyReport, source: SourceReport, index: number): Markup {
  const id = `study-${index + 1}`;
  const { verdict, training, live } = study;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${study.title}</h2>
<p class="verdict ${verdict.kind}">${verdict.sentence}</p>
<ul>${verdict.evidence.map((sentence) => html`<li>${sentence}</li>`)}</ul>
${asked(study, source)}
${training === null ? null : html`<h3>How good</h3>${drawTable(qualityTable(training, live))}`}
${live === null ? null : charts(`${id}-live`, 'replay', live.measured)}
${training === null ? null : trainingPart(id, training)}
${livePart(study)}
${decisions(study)}</section>`;
}

function asked(
  { name, markets, horizonBars, training }: StudyReport,
  { barMinutes, cut }: SourceReport,
): Markup {
  const ahead = minutesText(horizonBars * barMinutes);
  const bars = barMinutes === 1 ? '' : ` (${horizonBars} bars of ${minutesText(barMinutes)})`;
  const learned =
    training === null
      ? ''
      : ` ${training.algorithm} learned from ${amount(training.rows)} rows, ${spanText(training.from, training.to)}, in ${lasting(training.seconds)} with its walk forward.`;
  return html`<p class="quiet">Model ${name}: the log return of ${markets.map(({ exchange, symbol }) => `${exchange} ${symbol}`).join(', ')} over the next ${ahead}${bars}, its interval and its direction.${learned} What came after ${minuteText(cut)} UTC was replayed: each minute was scored when it had closed, and measured when its horizon was over.</p>`;
}

function charts(id: string, where: string, measured: Measured): Markup {
  const drawn = [skillFigure, equityFigure, pairsFigure, reliabilityFigure, coverageFigure].map((draw) =>
    draw(id, where, measured),
  );
  const figures = drawn.filter((figure) => figure !== null);
  if (figures.length === 0)
    return html`<p class="quiet">There are too few rows for charts of the ${where}.</p>`;
  return html`<div class="charts">${figures}</div>`;
}

function trainingPart(id: string, training: TrainingReport): Markup {
  const features = featureFigure(id, training.features);
  return html`<h3>Models compared</h3>${drawTable(comparedTable(training))}
<h3>Walk forward</h3>${drawTable(foldTable(training))}
${training.byMarket.length > 1 ? drawTable(marketTable('Walk forward, each market by itself', training.byMarket)) : null}
${charts(`${id}-walk`, 'walk forward', training.walkForward)}
<h3>Features</h3>${features === null ? html`<p class="quiet">${training.algorithm} rests on no feature.</p>` : html`<div class="charts">${features}</div>`}
<p class="quiet">${training.leftOut.length === 0 ? '' : `Left out: ${training.leftOut.join(', ')}. There is no news on the tape, and a few days teach no weekday and no hour. `}Dataset ${training.datasetHash.slice(0, 16)}…</p>`;
}

function livePart({ live, training }: StudyReport): Markup | null {
  if (training === null) return null;
  if (live === null)
    return html`<h3>Replay</h3><p>No prediction of the replay has come true yet: there is too little data.</p>`;
  return html`<h3>Replay</h3><p class="quiet">${amount(live.predictions)} predictions were stored; ${amount(live.measured.metrics.rows)} of them have come true.</p>
${live.byMarket.length > 1 ? drawTable(marketTable('Replay, each market by itself', live.byMarket)) : null}
${live.days.length > 0 ? drawTable(dayTable(live)) : null}
${live.latency === null ? html`<p class="quiet">No prediction was made in time: the replay went in larger steps.</p>` : drawTable(latencyTable(live.latency))}`;
}

function decisions({ decisions: taken }: StudyReport): Markup | null {
  if (taken.length === 0) return null;
  return html`<h3>Decisions</h3><ul>${taken.map(
    ({ version, action, alias, reasons }) =>
      html`<li><strong>Version ${version}: ${action}</strong>${alias === null ? '' : `, ${alias} from then on`}. ${reasons.join(' ')}</li>`,
  )}</ul>`;
}
