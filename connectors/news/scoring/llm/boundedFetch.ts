import { ChatFailed } from '../errors.ts';

/** Answers of a few scores are a few kilobytes. */
export const MAX_ANSWER_BYTES = 1_000_000;

/** As fetch, but an answer that goes on and on is cut off with an error instead of filling the memory. */
export async function boundedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (response.body === null) return response;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) {
      throw new ChatFailed(`The model server's answer is over ${MAX_ANSWER_BYTES} bytes.`, {
        problem: 'unusable',
      });
    }
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), response);
}
