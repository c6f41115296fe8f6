/** A share in percent: `1.25 %`; no digit that is only a rounding, and never `-0`. */
export function percent(share: number, digits: number): string {
  return `${fixed(share * 100, digits)} %`;
}

/** A log return in hundredths of a percent (basis points): `1.25 bp`. */
export function basisPoints(logReturn: number, digits = 2): string {
  return `${fixed(logReturn * 10_000, digits)} bp`;
}

/** A whole number with separators. */
export function amount(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** `p = 0.0005`, to two digits. */
export function probability(pValue: number): string {
  return `p = ${Number(pValue.toPrecision(2))}`;
}

/** A price or an error of prices with five digits. */
export function price(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 5 });
}

/** A duration: `840 ms`, `4.2 s`, `3.1 min`. */
export function lasting(seconds: number): string {
  if (seconds < 1) return `${fixed(seconds * 1000, 0)} ms`;
  return seconds < 120 ? `${fixed(seconds, 1)} s` : `${fixed(seconds / 60, 1)} min`;
}

/** `2026-01-05 00:00`, without seconds, in UTC. */
export function minuteText(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

/** `2026-01-05 00:00 to 2026-01-06 00:00`. */
export function spanText(from: string, to: string): string {
  return `${minuteText(from)} to ${minuteText(to)}`;
}

/** `1 minute`, `5 minutes`, `2 hours`, `3 days`. */
export function minutesText(minutes: number): string {
  const [value, unit] =
    minutes % 1440 === 0
      ? [minutes / 1440, 'day']
      : minutes % 60 === 0
        ? [minutes / 60, 'hour']
        : [minutes, 'minute'];
  return `${amount(value)} ${unit}${value === 1 ? '' : 's'}`;
}

/** Fixed digits without a minus before zeros. */
export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return /^-0\.?0*$/.test(text) ? text.slice(1) : text;
}
