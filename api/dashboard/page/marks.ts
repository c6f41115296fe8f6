import type { SeriesMarker, Time, UTCTimestamp } from 'lightweight-charts';
import type { Colours } from './theme.ts';

/** Something that happened and is marked on the time axis. */
export interface Occasion {
  /** Epoch seconds. */
  readonly time: number;
  readonly kind: 'good' | 'bad' | 'neutral' | 'model';
  readonly text: string;
}

const MOST = 200;

/** Marks of the newest occasions that fall into a window that is shown: news below the candles, models above. */
export function marksOf(
  occasions: readonly Occasion[],
  windows: readonly number[],
  windowSeconds: number,
  { up, down, muted, accent }: Colours,
): readonly SeriesMarker<Time>[] {
  const shown = new Set(windows);
  const colour = { good: up, bad: down, neutral: muted, model: accent } as const;
  return occasions
    .map((one) => ({ ...one, window: one.time - (one.time % windowSeconds) }))
    .filter(({ window }) => shown.has(window))
    .sort((a, b) => a.window - b.window)
    .slice(-MOST)
    .map(({ window, kind }) => ({
      time: window as UTCTimestamp,
      position: kind === 'model' ? 'aboveBar' : 'belowBar',
      shape: kind === 'model' ? 'square' : 'circle',
      color: colour[kind],
      size: 0.8,
    }));
}
