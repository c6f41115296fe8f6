import {
  BaselineSeries,
  createChart,
  createSeriesMarkers,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts';
import { chartOptions } from './chartOptions.ts';
import { element } from './element.ts';
import { percent } from './format.ts';
import { type Accuracy, type Promotion, seconds } from './records.ts';
import { type Colours, colours, onTheme } from './theme.ts';

const HOUR = 3_600;

/** Skill by the hour, oldest first, with a mark where another version took over. */
export function skillChart(
  hours: readonly Accuracy[],
  promotions: readonly Promotion[],
  signal: AbortSignal,
): HTMLElement {
  const frame = element('div', { class: 'small-chart', role: 'img' });
  const chart = createChart(frame, options(colours()));
  const series = chart.addSeries(BaselineSeries, {
    ...look(colours()),
    ...{ baseValue: { type: 'price', price: 0 }, lineWidth: 2, priceLineVisible: false },
    priceFormat: { type: 'price', precision: 3, minMove: 0.001 },
  });
  // Versions overlap for an hour when one takes over: the newer one counts.
  const byHour = new Map(
    hours.toSorted((a, b) => a.version - b.version).map(({ hour, skill }) => [seconds(hour), skill ?? 0]),
  );
  series.setData(
    [...byHour.entries()]
      .sort(([a], [b]) => a - b)
      .map(([time, value]) => ({ time: time as UTCTimestamp, value })),
  );
  const marks = promotions
    .map(({ decided_at, version }) => ({ time: seconds(decided_at) - (seconds(decided_at) % HOUR), version }))
    .filter(({ time }) => byHour.has(time))
    .sort((a, b) => a.time - b.time);
  const markers = createSeriesMarkers<Time>(series, []);
  const recolour = (): void => {
    const palette = colours();
    chart.applyOptions(options(palette));
    series.applyOptions(look(palette));
    markers.setMarkers(
      marks.map(({ time, version }) => ({
        ...{ time: time as UTCTimestamp, position: 'aboveBar', shape: 'square', size: 0.7 },
        ...{ color: palette.accent, text: `v${version}` },
      })),
    );
  };
  recolour();
  chart.timeScale().subscribeSizeChange(() => chart.timeScale().fitContent());
  onTheme(recolour, signal);
  signal.addEventListener('abort', () => chart.remove());
  return frame;
}

function options(palette: Colours) {
  const { timeScale, ...rest } = chartOptions(palette);
  const localization = { ...rest.localization, priceFormatter: (share: number) => percent(share) };
  const quiet = { handleScroll: false, handleScale: false, leftPriceScale: { visible: false } } as const;
  return { ...rest, ...quiet, localization, timeScale: { ...timeScale, rightOffset: 1, fixLeftEdge: true } };
}

function look({ up, down }: Colours) {
  return {
    ...{ topLineColor: up, topFillColor1: `${up}33`, topFillColor2: `${up}08` },
    ...{ bottomLineColor: down, bottomFillColor1: `${down}08`, bottomFillColor2: `${down}33` },
  };
}
