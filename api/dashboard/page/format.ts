/** A price with as many digits as its size needs. */
export function price(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 1_000 ? 1 : size >= 10 || size === 0 ? 2 : size >= 0.1 ? 4 : 6;
  return value
    .toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .replace('-', '−');
}

/** A share as percent, with its sign. */
export function change(share: number, digits = 2): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(digits)} %`;
}

/** A share as percent. */
export function percent(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits).replace('-', '−')} %`;
}

/** A number of things. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** A quantity in short, as 1.25 K. */
export function quantity(value: number): string {
  return value.toLocaleString('en-US', { notation: 'compact', maximumFractionDigits: 2 });
}

/** A moment in UTC, as 20 Nov 11:59. */
export function moment(text: string): string {
  return new Date(text)
    .toLocaleString('en-GB', {
      ...{ day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit' },
      timeZone: 'UTC',
    })
    .replace(',', '');
}

/** A length of time in one unit. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.max(0, Math.round(seconds * 1_000))} ms`;
  if (seconds < 120) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
