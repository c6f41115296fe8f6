import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came. */
export interface Visit {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** Answers a request; what it does not answer stays open. */
export type Answer = (response: ServerResponse, visit: Visit) => void;

/** A publisher's web server on a free port of this machine. */
export class Site {
  readonly visits: Visit[] = [];
  /** Most requests that were under way at once. */
  mostAtOnce = 0;
  private atOnce = 0;
  private readonly server = createServer((request, response) => {
    const visit = { path: request.url ?? '', headers: request.headers };
    this.visits.push(visit);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    response.on('close', () => this.atOnce--);
    this.answer(response, visit);
  });
  answer: Answer;

  constructor(answer: Answer) {
    this.answer = answer;
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Answers with a body and headers. */
export function page(
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/rss+xml', ...headers });
    response.end(body);
  };
}

/** An RSS 2.0 feed of these items, as XML. */
export function rss(items: readonly string[], channel = ''): string {
  const list = items.map((item) => `<item>${item}</item>`).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Feed</title>${channel}${list}</channel></rss>`;
}

/** An item with a title and an address. */
export const item = (title: string, link: string): string => `<title>${title}</title><link>${link}</link>`;

/** Until the condition holds, letting everything else run in between. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
