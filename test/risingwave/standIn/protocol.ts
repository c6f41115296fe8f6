import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Gives the text that the database is sent for the text of a statement; `session` tells connections apart. */
export type Translate = (sql: string, session: number) => Promise<string>;

/** Listens for PostgreSQL's wire protocol and passes everything on, but for the texts of statements. */
export interface StatementProxy {
  readonly port: number;
  /** Breaks every connection, as a network does. */
  breakConnections(): void;
  close(): Promise<void>;
}

export async function statementProxy(
  target: { readonly host: string; readonly port: number },
  translate: Translate,
): Promise<StatementProxy> {
  const sockets = new Set<Socket>();
  let sessions = 0;
  const server = createServer((client) => {
    const session = ++sessions;
    const upstream = connect(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.pipe(client);
    const messages = new Messages();
    let turn = Promise.resolve();
    client.on('data', (data) => {
      for (const message of messages.push(data)) {
        turn = turn.then(async () => {
          if (!upstream.destroyed) upstream.write(await rewritten(message, (sql) => translate(sql, session)));
        });
        turn.catch(() => client.destroy());
      }
    });
  });
  await listening(server);
  return {
    port: (server.address() as AddressInfo).port,
    breakConnections: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
}

const TLS_WANTED = 80877103;

/** Cuts what arrives into messages: the first has no letter. */
class Messages {
  #rest = Buffer.alloc(0);
  #started = false;

  push(data: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, data]);
    const found: Buffer[] = [];
    for (;;) {
      const letter = this.#started ? 1 : 0;
      if (this.#rest.length < letter + 4) return found;
      const length = letter + this.#rest.readInt32BE(letter);
      if (this.#rest.length < length) return found;
      const message = this.#rest.subarray(0, length);
      found.push(message);
      this.#rest = this.#rest.subarray(length);
      // Who asks for TLS is told that there is none, and says hello again.
      this.#started ||= message.readInt32BE(4) !== TLS_WANTED;
    }
  }
}

/** `Q`: a statement. `P`: a name, a statement, types of parameters. */
async function rewritten(message: Buffer, translate: (sql: string) => Promise<string>): Promise<Buffer> {
  const letter = String.fromCharCode(message[0] ?? 0);
  if (letter !== 'Q' && letter !== 'P') return message;
  const from = letter === 'Q' ? 5 : message.indexOf(0, 5) + 1;
  const to = message.indexOf(0, from);
  const text = Buffer.from(await translate(message.subarray(from, to).toString()));
  const body = Buffer.concat([message.subarray(5, from), text, message.subarray(to)]);
  const head = Buffer.alloc(5);
  head.write(letter, 0);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
