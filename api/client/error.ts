/** The server refused a request. */
export class TickwaveError extends Error {
  override readonly name = 'TickwaveError';
  /** As the server says it, such as `unknown_market`. */
  readonly code: string;
  /** Whether the same request may do later. */
  readonly retryable: boolean;

  constructor(code: string, message: string, retryable = false) {
    super(message);
    this.code = code;
    this.retryable = retryable;
  }
}
