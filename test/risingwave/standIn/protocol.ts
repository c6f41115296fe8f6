import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Gives the text that the database is sent for the text of a statement; `session` tells connections apart. */
export type Translate = (sql: string, session: number) => Promise<string>;

/** Statements that are sent before and after another one, whose answers nobody is told. */
export interface Around {
  readonly before: string;
  readonly after: string;
}

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
  around: (sql: string) => Promise<Around | null> = async () => null,
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
    const answers = new Answers(client);
    upstream.on('data', (data) => answers.push(data));
    const messages = new Messages();
    const statements = new Statements(around);
    let turn = Promise.resolve();
    client.on('data', (data) => {
      for (const message of messages.push(data)) {
        turn = turn.then(async () => {
          if (upstream.destroyed) return;
          const { before, after, ends } = await statements.next(message);
          if (before !== null) answers.expect('nobody', () => upstream.write(simple(before)));
          const sent = await rewritten(message, (sql) => translate(sql, session));
          if (ends) answers.expect('client', () => upstream.write(sent));
          else upstream.write(sent);
          if (after !== null) answers.expect('nobody', () => upstream.write(simple(after)));
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

/** Tells where statements begin and end: alone in a message, or in some up to the one that asks for all their answers. */
class Statements {
  readonly #around: (sql: string) => Promise<Around | null>;
  readonly #named = new Map<string, string>();
  #open: { readonly after: string | null } | null = null;

  constructor(around: (sql: string) => Promise<Around | null>) {
    this.#around = around;
  }

  async next(message: Buffer): Promise<{ before: string | null; after: string | null; ends: boolean }> {
    const letter = String.fromCharCode(message[0] ?? 0);
    const text = this.#textOf(letter, message);
    const begins = this.#open === null && text !== null;
    const around = begins ? await this.#around(text) : null;
    if (begins) this.#open = { after: around?.after ?? null };
    const ends = letter === 'Q' || letter === 'S';
    const after = ends ? (this.#open?.after ?? null) : null;
    if (ends) this.#open = null;
    return { before: around?.before ?? null, after, ends };
  }

  #textOf(letter: string, message: Buffer): string | null {
    const at = (from: number): string => message.subarray(from, message.indexOf(0, from)).toString();
    if (letter === 'Q') return at(5);
    if (letter === 'B') return this.#named.get(at(message.indexOf(0, 5) + 1)) ?? null;
    if (letter !== 'P') return null;
    const text = at(message.indexOf(0, 5) + 1);
    this.#named.set(at(5), text);
    return text;
  }
}

/** Passes on what the server says, but for the answers that are for nobody. */
class Answers {
  readonly #client: Socket;
  readonly #whose: ('client' | 'nobody')[] = [];
  #rest = Buffer.alloc(0);

  constructor(client: Socket) {
    this.#client = client;
  }

  expect(whose: 'client' | 'nobody', send: () => void): void {
    this.#whose.push(whose);
    send();
  }

  push(data: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, data]);
    const passed: Buffer[] = [];
    while (this.#rest.length >= 5 && this.#rest.length > this.#rest.readInt32BE(1)) {
      const message = this.#rest.subarray(0, 1 + this.#rest.readInt32BE(1));
      this.#rest = this.#rest.subarray(message.length);
      if (this.#whose[0] !== 'nobody') passed.push(message);
      if (message[0] === READY) this.#whose.shift();
    }
    if (passed.length > 0 && !this.#client.destroyed) this.#client.write(Buffer.concat(passed));
  }
}

/** Begins the message by which the server says that it has answered all. */
const READY = 'Z'.charCodeAt(0);

function simple(sql: string): Buffer {
  const body = Buffer.from(`${sql}\0`);
  const head = Buffer.alloc(5);
  head.write('Q', 0);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
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
