import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';
import type { Sent } from './submission.ts';

const NDJSON = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];
/** Stories of one request. */
export const MAX_STORIES = 1000;

/** A request's whole body. @throws Refusal when it is larger than allowed. */
export async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = new Refusal(413, 'body', `The body has more than ${maxBytes} bytes; send it in parts.`);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) throw tooLarge;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** What a body holds, story by story. @throws Refusal */
export function sentStories(body: Buffer, contentType: string | undefined): readonly Sent[] {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const sent = NDJSON.includes(type) ? lines(body) : document(body, type);
  if (sent.length === 0) throw new Refusal(422, 'body', 'There is no story in it.');
  if (sent.length > MAX_STORIES) {
    throw new Refusal(
      422,
      'body',
      `There are ${sent.length} stories in it; send at most ${MAX_STORIES} at once.`,
    );
  }
  return sent;
}

function lines(body: Buffer): readonly Sent[] {
  return body
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => ({ raw: Buffer.from(line), value: parsed(line) }));
}

function document(body: Buffer, type: string): readonly Sent[] {
  if (type !== 'application/json') {
    throw new Refusal(415, 'Content-Type', `It has to be application/json or ${NDJSON[0]}.`);
  }
  const value = parsed(body.toString('utf8'));
  if (value === undefined) throw new Refusal(400, 'body', 'It is no JSON.');
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((one) => ({ raw: Buffer.from(JSON.stringify(one)), value: one }));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
