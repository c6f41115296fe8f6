import { STATUS_CODES } from 'node:http';

/** Why a request is not taken, as `application/problem+json` (RFC 9457) tells it. */
export class Refusal extends Error {
  readonly status: number;
  /** What of the request is meant: a header, `body`, or a field of a story. */
  readonly field: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, field: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.field = field;
    this.headers = headers;
  }

  problem(): Readonly<Record<string, unknown>> {
    const { status, field, message } = this;
    return { type: 'about:blank', title: STATUS_CODES[status], status, detail: message, field };
  }
}
