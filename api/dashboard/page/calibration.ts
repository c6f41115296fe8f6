import { drawing } from './element.ts';
import { count, percent } from './format.ts';
import type { Calibration } from './records.ts';

const SIZE = 100;

/** The reliability diagram: what was given a probability, and how often it came true. Points on the diagonal are right. */
export function calibrationDrawing(tenths: readonly Calibration[]): SVGElement {
  const most = Math.max(1, ...tenths.map(({ predictions }) => predictions));
  const points = tenths.flatMap(({ probability, share, predictions }) =>
    probability === null || share === null ? [] : [{ probability, share, predictions }],
  );
  const said = points.map(({ probability, share }) => `of ${percent(probability, 0)} ${percent(share, 0)}`);
  return drawing(
    'svg',
    {
      ...{ class: 'calibration', viewBox: '-14 -4 190 122', role: 'img' },
      'aria-label': `Rises that came true: ${said.join(', ')}`,
    },
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((share) => {
      const at = share * SIZE;
      return [
        drawing('line', { class: 'grid', x1: 0, x2: 170, y1: at, y2: at }),
        drawing('line', { class: 'grid', x1: share * 170, x2: share * 170, y1: 0, y2: SIZE }),
        drawing(
          'text',
          { x: -3, y: SIZE - at + 2.4, 'text-anchor': 'end' },
          percent(share, 0).replace(' %', ''),
        ),
        drawing(
          'text',
          { x: share * 170, y: SIZE + 9, 'text-anchor': 'middle' },
          percent(share, 0).replace(' %', ''),
        ),
      ];
    }),
    drawing('line', { class: 'ideal', x1: 0, x2: 170, y1: SIZE, y2: 0 }),
    ...points.map(({ probability, share, predictions }) =>
      drawing(
        'circle',
        { cx: probability * 170, cy: SIZE - share * SIZE, r: 1.6 + 2.4 * Math.sqrt(predictions / most) },
        drawing(
          'title',
          {},
          `${percent(probability)} given, ${percent(share)} came true, ${count(predictions)} predictions`,
        ),
      ),
    ),
    drawing('text', { x: 170, y: SIZE + 17, 'text-anchor': 'end' }, 'probability of a rise, %'),
    drawing('text', { x: 4, y: 7 }, 'rose, %'),
  );
}
