import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A mail as it came. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

/** A server of SMTP on this machine that keeps what it is sent; as much of RFC 5321 as a sender of one mail needs. */
export interface Mailbox {
  readonly url: string;
  readonly mails: Mail[];
  /** What it says to RCPT. */
  recipientReply: string;
  stop(): Promise<void>;
}

/** Starts one on a free port. */
export async function startMailbox(): Promise<Mailbox> {
  const mails: Mail[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    speak(socket, mails, () => mailbox.recipientReply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const mailbox: Mailbox = {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    recipientReply: '250 fine',
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return mailbox;
}

function speak(socket: Socket, mails: Mail[], recipientReply: () => string): void {
  let [waiting, from, text] = ['', '', ''];
  let to: string[] = [];
  let inText = false;
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  say('220 stand-in');
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    waiting += chunk;
    for (let end = waiting.indexOf('\r\n'); end >= 0; end = waiting.indexOf('\r\n')) {
      const line = waiting.slice(0, end);
      waiting = waiting.slice(end + 2);
      if (inText) {
        if (line !== '.') text += `${line}\n`;
        else {
          inText = false;
          mails.push({ from, to, text });
          say('250 taken');
        }
        continue;
      }
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'MAIL') [from, to, text] = [addressOf(line), [], ''];
      if (verb === 'RCPT') to = [...to, addressOf(line)];
      inText = verb === 'DATA';
      say(
        verb === 'DATA'
          ? '354 go on'
          : verb === 'QUIT'
            ? '221 bye'
            : verb === 'RCPT'
              ? recipientReply()
              : '250 fine',
      );
    }
  });
}

function addressOf(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? '';
}
