import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Problem } from './problem.ts';

/** Answers what is not HTTP enough to become a request, as a problem like all others, and ends the connection. */
export function answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable || midAnswer(socket)) {
    socket.destroy();
    return;
  }
  const problem = problemOf(error.code);
  const id = randomUUID();
  const body = JSON.stringify(problem.body(id));
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${REASONS[problem.status] ?? ''}`,
      'content-type: application/problem+json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'cache-control: no-store',
      `x-request-id: ${id}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

function problemOf(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new Problem('headers_too_large', { detail: 'At most 16 KiB of headers are read' });
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new Problem('request_timeout', { detail: 'A request has to be complete within 15 seconds' });
  }
  return new Problem('malformed_request', { detail: 'This is not HTTP/1.1' });
}

/** Whether an answer is under way, into which nothing may be written. Node keeps it there for its own answer to this. */
function midAnswer(socket: Duplex): boolean {
  const { _httpMessage: message } = socket as Socket & {
    readonly _httpMessage?: { headersSent: boolean } | null;
  };
  return message?.headersSent === true;
}
