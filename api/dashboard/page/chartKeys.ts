import type { ITimeScaleApi, Time } from 'lightweight-charts';

/** Lets keys move a chart that has the focus: to the past and the future, nearer and farther, and to the newest. */
export function moveByKeys(frame: HTMLElement, scale: ITimeScaleApi<Time>, showNewest: () => void): void {
  frame.addEventListener('keydown', (event) => {
    const range = scale.getVisibleLogicalRange();
    if (range === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const { from, to } = range;
    const step = (to - from) / 3;
    const moved: Readonly<Record<string, { readonly from: number; readonly to: number }>> = {
      ArrowLeft: { from: from - step, to: to - step },
      ArrowRight: { from: from + step, to: to + step },
      '+': { from: from + step, to },
      '-': { from: from - step, to },
    };
    const next = moved[event.key];
    if (next !== undefined) scale.setVisibleLogicalRange(next);
    else if (event.key === 'End') showNewest();
    else return;
    event.preventDefault();
  });
}
