import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@elastic/elasticsearch';

/** A request as it came. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** What a stand-in answers to a request. */
export type Answering = (asked: Asked) => { readonly status: number; readonly body: unknown };

/** Answers as Elasticsearch would, by a test's rules: for what a real one can't be brought to do, as a lifecycle or a full disk. */
export class StandIn {
  readonly asked: Asked[] = [];
  readonly client: Client;
  readonly #server: Server;

  private constructor(server: Server, answering: Answering) {
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    this.client = new Client({ node: `http://127.0.0.1:${port}`, maxRetries: 0 });
    server.on('request', async (request, response) => {
      const asked = { method: request.method ?? '', path: request.url ?? '', body: await textOf(request) };
      this.asked.push(asked);
      const { status, body } = answering(asked);
      response.writeHead(status, {
        'content-type': 'application/vnd.elasticsearch+json; compatible-with=8',
        'x-elastic-product': 'Elasticsearch',
      });
      response.end(JSON.stringify(body));
    });
  }

  static async start(answering: Answering): Promise<StandIn> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new StandIn(server, answering);
  }

  async stop(): Promise<void> {
    await this.client.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
