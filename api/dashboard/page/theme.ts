const NAME = 'tickwave-theme';
const listeners = new Set<() => void>();
const dark = matchMedia('(prefers-color-scheme: dark)');

/** Colours of the charts, which are drawn and can't use a style sheet by themselves. */
export interface Colours {
  readonly text: string;
  readonly line: string;
  readonly up: string;
  readonly down: string;
  readonly accent: string;
  readonly band: string;
  readonly muted: string;
  readonly surface: string;
  readonly series: readonly string[];
}

/** Takes on the chosen theme, or that of the system. */
export function beginTheme(): void {
  const chosen = localStorage.getItem(NAME);
  if (chosen !== null) document.documentElement.dataset.theme = chosen;
  dark.addEventListener('change', tell);
}

export function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme;
  return chosen === undefined ? dark.matches : chosen === 'dark';
}

/** Changes to the other theme, and stays there. */
export function switchTheme(): void {
  const next = isDark() ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  localStorage.setItem(NAME, next);
  tell();
}

/** Calls back whenever colours change, until the signal aborts. */
export function onTheme(listener: () => void, signal: AbortSignal): void {
  listeners.add(listener);
  signal.addEventListener('abort', () => listeners.delete(listener));
}

/** The colours as they are now. */
export function colours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ...{ text: of('text-2'), line: of('grid'), up: of('up'), down: of('down'), accent: of('accent') },
    ...{ band: of('band'), muted: of('text-3'), surface: of('surface') },
    series: [1, 2, 3, 4, 5, 6].map((n) => of(`series-${n}`)),
  };
}

function tell(): void {
  for (const listener of listeners) listener();
}
