import {
  ColorType,
  CrosshairMode,
  type DeepPartial,
  LineStyle,
  type TimeChartOptions,
} from 'lightweight-charts';
import { price } from './format.ts';
import type { Colours } from './theme.ts';

/** How every chart looks. The library's mark is in the page's foot, for its style sheet would be an inline one. */
export function chartOptions({ text, line, muted, surface }: Colours): DeepPartial<TimeChartOptions> {
  const cross = { color: muted, style: LineStyle.Dashed, width: 1, labelBackgroundColor: muted } as const;
  return {
    autoSize: true,
    layout: {
      background: { type: ColorType.Solid, color: surface },
      textColor: text,
      fontFamily: 'ui-sans-serif, system-ui, sans-serif',
      fontSize: 11,
      attributionLogo: false,
      panes: { separatorColor: line, separatorHoverColor: line, enableResize: true },
    },
    localization: { priceFormatter: price, locale: 'en-GB' },
    grid: { vertLines: { color: line }, horzLines: { color: line } },
    rightPriceScale: { borderColor: line },
    timeScale: { borderColor: line, timeVisible: true, secondsVisible: false, rightOffset: 4 },
    crosshair: { mode: CrosshairMode.Normal, vertLine: cross, horzLine: cross },
  };
}
