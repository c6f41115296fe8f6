/** How far long work has come: a bar that is redrawn where people watch, a line now and then where they don't. */
export interface Progress {
  /** @param total null when it is not known. */
  begin(what: string, total: number | null, unit: string): void;
  at(done: number, more?: Detail): void;
  end(): void;
}

/** What is shown beside the count. */
export interface Detail {
  /** Share of the work that is done, 0 to 1, where it can't be told from the count. */
  readonly share?: number;
  readonly note?: string;
}

export interface ProgressOptions {
  readonly write: (text: string) => void;
  readonly interactive: boolean;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  readonly width?: number;
}

const REDRAW_MS = 100;
const LINE_MS = 5000;
/** Shorter work needs no bar. */
const SHORT_MS = 300;
const BAR = 24;

/**
 * A progress bar with rate and time left on one line of a terminal; plain lines every five seconds elsewhere.
 *
 * @example
 * const progress = progressBar({ write: (text) => process.stderr.write(text), interactive: true, now: () => performance.now() });
 * progress.begin('replaying', 34_419, 'trades');
 */
export function progressBar({ write, interactive, now, width = 100 }: ProgressOptions): Progress {
  let job = { what: '', total: null as number | null, unit: '', since: 0 };
  let drawnAt = Number.NEGATIVE_INFINITY;
  let latest: { readonly done: number; readonly more: Detail } = { done: 0, more: {} };
  let open = false;
  const draw = (): void => {
    const seconds = (now() - job.since) / 1000;
    const line = describe(job, latest.done, latest.more, seconds, interactive).slice(0, width);
    write(interactive ? `\r\x1b[2K${line}` : `${line}\n`);
    drawnAt = now();
    open = true;
  };
  return {
    begin(what, total, unit) {
      job = { what, total, unit, since: now() };
      latest = { done: 0, more: {} };
      drawnAt = now() + (interactive ? SHORT_MS - REDRAW_MS : 0);
      open = false;
    },
    at(done, more = {}) {
      latest = { done, more };
      if (now() - drawnAt >= (interactive ? REDRAW_MS : LINE_MS)) draw();
    },
    end() {
      if (!open) return;
      draw();
      if (interactive) write('\n');
    },
  };
}

interface Job {
  readonly what: string;
  readonly total: number | null;
  readonly unit: string;
}

function describe(
  { what, total, unit }: Job,
  done: number,
  more: Detail,
  seconds: number,
  bar: boolean,
): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const note = more.note ? `  ${more.note}` : '';
  const speed = `${count(rate)} ${unit}/s`;
  const share = more.share ?? (total === null || total <= 0 ? null : Math.min(1, done / total));
  if (share === null) return `${what}  ${count(done)} ${unit}  ${speed}${note}`;
  const left = share > 0 && share < 1 ? `  ${duration((seconds / share) * (1 - share))} left` : '';
  const drawn = bar ? `[${'#'.repeat(Math.round(share * BAR)).padEnd(BAR, '.')}] ` : '';
  const of = total === null ? count(done) : `${count(done)} of ${count(total)}`;
  return `${what}  ${drawn}${Math.floor(share * 100)} %  ${of} ${unit}  ${speed}${left}${note}`;
}

/** A number with separators, without a fraction from 10 on. */
export function count(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });
}

/** Seconds as `42 s`, `3 min 05 s` or `2 h 10 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}
