import { ConnectorError } from '../errors.ts';

/** A publisher answered, and the answer was no. */
export class SourceRefused extends ConnectorError {
  readonly code = 'source-refused';
  /** HTTP status of the answer. */
  readonly status: number;
  /** How long the publisher asks to be left alone, in milliseconds; 0 when it does not say. */
  readonly waitMs: number;

  constructor(
    message: string,
    remedy: string,
    options: { readonly status: number; readonly waitMs: number },
  ) {
    super(message, remedy);
    this.status = options.status;
    this.waitMs = options.waitMs;
  }
}

/** A publisher could not be reached, was too slow, or led somewhere that is not followed. */
export class SourceUnreachable extends ConnectorError {
  readonly code = 'source-unreachable';
}

/** What came is no feed: HTML, broken XML, an encoding that nobody knows. */
export class FeedUnreadable extends ConnectorError {
  readonly code = 'feed-unreadable';
  /** What came instead. */
  readonly raw: Uint8Array;

  constructor(message: string, remedy: string, raw: Uint8Array, options?: { readonly cause?: unknown }) {
    super(message, remedy, options);
    this.raw = raw;
  }
}
