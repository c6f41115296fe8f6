/** What every error of the connectors carries: a stable code, a sentence on what is wrong, and one on what to do. */
export abstract class ConnectorError extends Error {
  /** Stable across versions; scripts and exit codes rest on it. */
  abstract readonly code: string;
  /** What the reader can do about it. */
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: { readonly cause?: unknown }) {
    super(`${message} ${remedy}`, options);
    this.name = new.target.name;
    this.remedy = remedy;
  }
}

/** A row's field that cannot be used. It becomes a dead letter and the stream goes on. */
export class BadField extends ConnectorError {
  readonly code = 'bad-field';
  readonly field: string;

  constructor(field: string, value: unknown, expectation: string) {
    super(`${field} is ${shown(value)};`, `expected ${expectation}.`);
    this.field = field;
  }
}

/** No layout recognises the file, or the one that was named does not fit it. */
export class UnknownLayout extends ConnectorError {
  readonly code = 'unknown-layout';
}

/** Neither the rows, nor the options, nor the file's name say which market this is. */
export class UnknownMarket extends ConnectorError {
  readonly code = 'unknown-market';
}

/** Candles of another length than one minute. */
export class NotMinuteData extends ConnectorError {
  readonly code = 'not-minute-data';
}

/** A file that cannot be opened, unpacked or read. */
export class UnreadableFile extends ConnectorError {
  readonly code = 'unreadable-file';
}

/** A file that cannot be created or written. */
export class UnwritableFile extends ConnectorError {
  readonly code = 'unwritable-file';
}

/** An option whose value is not allowed. */
export class BadOption extends ConnectorError {
  readonly code = 'bad-option';
}

/** A limit that protects memory or disk was hit; the message names the limit and its setting. */
export class LimitReached extends ConnectorError {
  readonly code = 'limit-reached';
}

/** An exchange said no, in its own words. */
export class ExchangeRefused extends ConnectorError {
  readonly code = 'exchange-refused';
  /** Whether the same request may succeed later: a limit on rates, an outage. */
  readonly transient: boolean;

  constructor(message: string, remedy: string, options: { readonly transient: boolean }) {
    super(message, remedy);
    this.transient = options.transient;
  }
}

/** An exchange could not be reached, or its answer could not be read. */
export class ExchangeUnreachable extends ConnectorError {
  readonly code = 'exchange-unreachable';
}

/** The database would not take a batch. */
export class LandingFailed extends ConnectorError {
  readonly code = 'landing-failed';
  /** Whether the same batch may succeed a moment later: a lost connection, a deadlock, a restart. */
  readonly transient: boolean;

  constructor(
    message: string,
    remedy: string,
    options: { readonly cause: unknown; readonly transient: boolean },
  ) {
    super(message, remedy, options);
    this.transient = options.transient;
  }
}

/** A value as an error message shows it: quoted, on one line, cut at 80 characters. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(JSON.stringify(value) ?? value);
  return text.length > 80 ? `${text.slice(0, 80)}… (${text.length} characters)` : text;
}
