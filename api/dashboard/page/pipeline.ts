import { element, fill } from './element.ts';
import { lineageCard } from './lineage.ts';
import { loadPipeline, loadQuality, type Pipeline } from './pipelineRecords.ts';
import { alertsTable, driftTable, gapsTable, jobsTable, marketsTable } from './pipelineTables.ts';
import { qualityTable } from './qualityTable.ts';
import { RestError } from './rest.ts';
import { stages } from './stages.ts';

const EVERY_MS = 5_000;
const QUALITY_EVERY_MS = 60_000;

/** Shows how data flows: lag stage by stage, feeds, holes, drift, jobs, and which view reads which. */
export async function showPipeline(main: HTMLElement, signal: AbortSignal): Promise<void> {
  document.title = 'Pipeline · Tickwave';
  const state = element('div', { class: 'pipeline-state' });
  const quality = element('div', { class: 'pipeline-state' });
  const lineage = await lineageCard(signal);
  if (signal.aborted) return;
  fill(main, element('div', { class: 'pipeline' }, element('h1', {}, 'Pipeline'), state, quality, lineage));
  await Promise.all([
    again(state, EVERY_MS, signal, async () => cards(await loadPipeline())),
    again(quality, QUALITY_EVERY_MS, signal, async () => [
      card('Data quality', null, qualityTable(await loadQuality())),
    ]),
  ]);
}

/** Fills a place now and every so often, or says why not. */
async function again(
  place: HTMLElement,
  everyMs: number,
  signal: AbortSignal,
  load: () => Promise<readonly Node[]>,
): Promise<void> {
  let failed = false;
  try {
    const nodes = await load();
    if (!signal.aborted) fill(place, ...nodes);
  } catch (error) {
    failed = true;
    const text = error instanceof RestError ? error.message : String(error);
    if (!signal.aborted)
      fill(place, element('p', { class: 'notice', role: 'alert' }, `${text} Trying again.`));
  }
  if (signal.aborted) return;
  const timer = setTimeout(
    () => void again(place, everyMs, signal, load),
    failed ? Math.min(everyMs, EVERY_MS) : everyMs,
  );
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
}

function cards(pipeline: Pipeline): readonly Node[] {
  const { source, reasons, gaps, drift, alerts } = pipeline;
  const open = gaps.filter(({ status }) => status === 'detected').length;
  const drifted = drift.filter(({ state }) => state !== 'ok').length;
  return [
    element('p', { class: 'note' }, `Data: ${source.detail}`),
    stages(pipeline),
    reasons.length > 0 &&
      element('ul', { class: 'reasons' }, ...reasons.map((text) => element('li', {}, text))),
    card('Alerts', alerts.length === 0 ? null : `${alerts.length} firing`, alertsTable(alerts)),
    card('Markets', null, marketsTable(pipeline)),
    element(
      'div',
      { class: 'columns' },
      card('Holes in the trade stream', open === 0 ? 'none open' : `${open} open`, gapsTable(gaps)),
      card('Drift of inputs', drifted === 0 ? 'as trained' : `${drifted} off`, driftTable(drift)),
      card('Jobs', null, jobsTable(pipeline.jobs)),
    ),
  ].filter((node) => node !== false);
}

function card(title: string, aside: string | null, ...children: readonly Node[]): HTMLElement {
  const head = element('h2', {}, title, aside !== null && element('small', {}, aside));
  return element('section', { class: 'card' }, head, ...children);
}
