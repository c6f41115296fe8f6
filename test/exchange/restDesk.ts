import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dialect, Floor, RestAnswer } from './dialect.ts';

/** The REST side: the dialect's answers, unless something is wrong. */
export class RestDesk {
  /** What is answered instead, while something is wrong. `hang`: nothing at all. */
  failure: RestAnswer | 'hang' | null = null;
  requests = 0;
  private readonly dialect: Dialect;
  private readonly floor: Floor;

  constructor(dialect: Dialect, floor: Floor) {
    this.dialect = dialect;
    this.floor = floor;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.requests++;
    if (this.failure === 'hang') return;
    const url = new URL(request.url ?? '/', 'http://exchange');
    const answer = this.failure ?? this.dialect.rest(url.pathname, url.searchParams, this.floor);
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  }
}
