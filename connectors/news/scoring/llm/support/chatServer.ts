import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** What a client asked. */
export interface ChatQuestion {
  readonly authorization: string | undefined;
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly response_format?: { readonly type: string; readonly json_schema?: unknown } | undefined;
  readonly temperature?: number | undefined;
  readonly stream?: boolean | undefined;
}

const QUESTION = z.object({
  model: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  response_format: z.object({ type: z.string(), json_schema: z.unknown().optional() }).optional(),
  temperature: z.number().optional(),
  stream: z.boolean().optional(),
});

/** Answers one question. */
export type Reply = (question: ChatQuestion, response: ServerResponse) => void;

/** A status with a body, and headers besides. */
export function status(code: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return (_, response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** A completion with this text, as the servers write it. */
export function says(text: string | null, choice: Readonly<Record<string, unknown>> = {}): Reply {
  return status(200, {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'test-model',
    choices: [
      {
        index: 0,
        finish_reason: 'stop',
        message: { role: 'assistant', content: text, refusal: null },
        ...choice,
      },
    ],
    usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 },
  });
}

/** Scores every story of the question the same. */
export const good: Reply = (question, response) => {
  const { stories } = askedOf(question);
  const scores = stories.map(({ id }) => ({
    id,
    assets: [{ asset: 'BTC', score: 0.5, confidence: 0.9, reason: 'good news' }],
  }));
  says(JSON.stringify({ stories: scores }))(question, response);
};

/** Never answers. */
export const silent: Reply = () => undefined;

/** What a question gives the model to judge: its first user message. */
export function askedOf(question: ChatQuestion): {
  readonly assets: readonly string[];
  readonly stories: readonly { readonly id: string; readonly title: string; readonly summary?: string }[];
} {
  return JSON.parse(question.messages.find(({ role }) => role === 'user')?.content ?? '');
}

/** A server that speaks `/v1/chat/completions`. Replies are given in turn; after the last one, `good` ones. */
export class ChatServer {
  readonly questions: ChatQuestion[] = [];
  replies: Reply[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.method !== 'POST' || request.url !== '/v1/chat/completions')
          return status(404, {})(NONE, response);
        const read = QUESTION.safeParse(JSON.parse(Buffer.concat(chunks).toString()));
        if (!read.success) return status(418, { error: { message: read.error.message } })(NONE, response);
        const question = {
          ...read.data,
          authorization: request.headers.authorization,
        };
        this.questions.push(question);
        (this.replies.shift() ?? good)(question, response);
      });
    });
  }

  static async open(): Promise<ChatServer> {
    const chat = new ChatServer();
    await new Promise<void>((resolve) => chat.server.listen(0, '127.0.0.1', resolve));
    return chat;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/v1`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const NONE: ChatQuestion = { authorization: undefined, model: '', messages: [] };
