/** Every code that an error answer may carry, with what is always true of it. docs/api.md lists them. */
export const PROBLEMS = {
  bad_parameter: { status: 400, title: 'A parameter has a value that is not allowed', retryable: false },
  unknown_parameter: { status: 400, title: 'A parameter is not known here', retryable: false },
  unknown_column: { status: 400, title: 'A column is not part of this view', retryable: false },
  exchange_required: { status: 400, title: 'The symbol trades on several exchanges', retryable: false },
  bad_cursor: { status: 400, title: 'The cursor does not belong to this request', retryable: false },
  malformed_request: { status: 400, title: 'The request is not well formed', retryable: false },
  unauthorized: { status: 401, title: 'A key is needed', retryable: false },
  forbidden: { status: 403, title: 'The key may not do this', retryable: false },
  unknown_market: { status: 404, title: 'No such market', retryable: false },
  unknown_path: { status: 404, title: 'Nothing is served under this path', retryable: false },
  unknown_job: { status: 404, title: 'No such job', retryable: false },
  method_not_allowed: { status: 405, title: 'This path does not take this method', retryable: false },
  not_acceptable: { status: 406, title: 'There is no such format of the answer', retryable: false },
  request_timeout: { status: 408, title: 'The request did not come to its end in time', retryable: true },
  job_busy: { status: 409, title: 'A job of this kind is running', retryable: true },
  job_ended: { status: 409, title: 'The job has ended', retryable: false },
  body_too_large: { status: 413, title: 'The body is larger than what is read', retryable: false },
  url_too_long: { status: 414, title: 'The address is longer than what is read', retryable: false },
  unsupported_media_type: { status: 415, title: 'The body is not JSON', retryable: false },
  wrong_host: { status: 421, title: 'The request was meant for another host', retryable: false },
  not_possible: { status: 422, title: 'This can not be done', retryable: false },
  too_many_requests: { status: 429, title: 'Too many requests', retryable: true },
  headers_too_large: { status: 431, title: 'The headers are larger than what is read', retryable: false },
  internal: { status: 500, title: 'Something went wrong on our side', retryable: false },
  not_offered: { status: 501, title: 'This process does not offer it', retryable: false },
  not_ready: { status: 503, title: 'Not ready yet', retryable: true },
  database_unreachable: { status: 503, title: 'The database does not answer', retryable: true },
  view_missing: { status: 503, title: 'A view is not there yet', retryable: true },
  query_timeout: { status: 503, title: 'The query took too long', retryable: true },
  overloaded: { status: 503, title: 'Too many requests are waiting', retryable: true },
} as const satisfies Readonly<Record<string, ProblemKind>>;

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
}

/** What went wrong, as a name that a program can act on. */
export type ProblemCode = keyof typeof PROBLEMS;

/** What an error answer says beside its code. */
export interface ProblemDetails {
  /** For people: the value that was refused, and what to do. Sent as it is, so never an exception's text. */
  readonly detail: string;
  /** The parameter at fault. */
  readonly field?: string;
  /** Further members, such as the list of what is allowed. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Kept for the log. */
  readonly cause?: unknown;
}

/** An error that the client is told about, as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  constructor(code: ProblemCode, details: ProblemDetails) {
    super(details.detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'Problem';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  /** The body of the answer. */
  body(requestId: string): Readonly<Record<string, unknown>> {
    const { status, title, retryable } = PROBLEMS[this.code];
    const { detail, field, more } = this.details;
    return {
      type: `/problems/${this.code}`,
      title,
      status,
      detail,
      code: this.code,
      ...(field === undefined ? {} : { field }),
      request_id: requestId,
      retryable,
      ...more,
    };
  }
}
