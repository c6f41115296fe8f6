import { z } from 'zod';
import type { Clock } from '../../../engine/clock.ts';
import { said } from '../../models/errors.ts';
import { MlflowFailed } from '../errors.ts';

/** Milliseconds that one answer may take; files take longer than facts. */
const TIMEOUT_MS = 120_000;
/** Bytes of an answer at most. */
const MOST_BYTES = 256 * 1024 * 1024;
/** How often a request is tried again, after 0.25, 0.5 and 1 s. */
const RETRIES = 3;

const errorSchema = z.object({ error_code: z.string(), message: z.string().default('') });

interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/2.0/`, with its query. */
  readonly path: string;
  readonly body?: Uint8Array<ArrayBuffer> | string;
  /** Whether doing it twice is the same as doing it once, so that it may be tried again when no answer came. */
  readonly repeatable: boolean;
}

/** MLflow's REST API over fetch: time limits, retries, errors in words. Credentials of the address go into a header. */
export class MlflowHttp {
  /** The server, without credentials. */
  readonly address: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #clock: Clock;

  constructor(uri: string, clock: Clock) {
    const url = new URL(uri);
    const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    this.#headers =
      user === '' ? {} : { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
    url.username = '';
    url.password = '';
    this.address = url.href.replace(/\/$/, '');
    this.#clock = clock;
  }

  /** Asks for facts, checked against a schema. @throws MlflowFailed */
  async get<Schema extends z.ZodType>(
    path: string,
    query: Readonly<Record<string, string>>,
    schema: Schema,
  ): Promise<z.output<Schema>> {
    const asked = `mlflow/${path}?${new URLSearchParams(query)}`;
    return this.#parsed(await this.#answer({ method: 'GET', path: asked, repeatable: true }), path, schema);
  }

  /** Changes something. @throws MlflowFailed */
  async change<Schema extends z.ZodType>(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body: unknown,
    schema: Schema,
    repeatable: boolean,
  ): Promise<z.output<Schema>> {
    const request = { method, path: `mlflow/${path}`, body: JSON.stringify(body), repeatable };
    return this.#parsed(await this.#answer(request), path, schema);
  }

  async putFile(path: string, bytes: Uint8Array): Promise<void> {
    await this.#answer({
      method: 'PUT',
      path: filePath(path),
      body: Uint8Array.from(bytes),
      repeatable: true,
    });
  }

  async getFile(path: string): Promise<Uint8Array> {
    return this.#answer({ method: 'GET', path: filePath(path), repeatable: true });
  }

  async deleteFiles(path: string): Promise<void> {
    await this.#answer({ method: 'DELETE', path: filePath(path), repeatable: true });
  }

  async #answer(request: Request): Promise<Uint8Array> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#once(request);
      } catch (error) {
        if (!(error instanceof MlflowFailed)) throw error;
        // A refusal for load was not carried out; what got no answer may have been.
        const again = error.status === 429 || error.status === 503 || (request.repeatable && passing(error));
        if (!again || attempt >= RETRIES) throw error;
        await this.#clock.sleep(250 * 2 ** attempt);
      }
    }
  }

  async #once({ method, path, body }: Request): Promise<Uint8Array> {
    let status: number;
    let bytes: Uint8Array;
    try {
      const response = await fetch(`${this.address}/api/2.0/${path}`, {
        method,
        headers: {
          ...this.#headers,
          ...(body === undefined
            ? {}
            : { 'content-type': typeof body === 'string' ? 'application/json' : 'application/octet-stream' }),
        },
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      status = response.status;
      bytes = await limited(response);
    } catch (cause) {
      if (cause instanceof MlflowFailed) throw cause;
      const why = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
      throw new MlflowFailed(
        `MLflow at ${this.address} does not answer (${said(why)});`,
        'check that it runs and that MLFLOW_TRACKING_URI is its address.',
        { status: null, reason: null, cause },
      );
    }
    if (status >= 200 && status < 300) return bytes;
    throw refusal(this.address, `${method} ${path.split('?')[0]}`, status, bytes);
  }

  #parsed<Schema extends z.ZodType>(bytes: Uint8Array, path: string, schema: Schema): z.output<Schema> {
    const text = new TextDecoder().decode(bytes);
    try {
      return schema.parse(text === '' ? {} : JSON.parse(text));
    } catch (cause) {
      throw new MlflowFailed(
        `MLflow at ${this.address} answered ${path} with something else than expected (${said(cause)});`,
        'check that MLFLOW_TRACKING_URI is the address of an MLflow 2 or 3 server.',
        { status: null, reason: 'unreadable', cause },
      );
    }
  }
}

function filePath(path: string): string {
  return `mlflow-artifacts/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`;
}

function passing({ status, reason }: MlflowFailed): boolean {
  return (status === null && reason === null) || (status !== null && status >= 500);
}

async function limited(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    size += part.length;
    if (size > MOST_BYTES)
      throw new MlflowFailed(`MLflow sent more than ${MOST_BYTES} bytes;`, 'no model is that large.', {
        status: response.status,
        reason: 'too large',
      });
  }
  return Buffer.concat(parts);
}

function refusal(address: string, what: string, status: number, bytes: Uint8Array): MlflowFailed {
  const text = new TextDecoder().decode(bytes);
  let body: z.output<typeof errorSchema> | null = null;
  try {
    body = errorSchema.parse(JSON.parse(text));
  } catch {
    // A proxy's page, most likely.
  }
  const words = said(body === null ? text || 'no words' : `${body.error_code}: ${body.message}`);
  const remedy =
    status === 401 || status === 403
      ? 'put user and password into MLFLOW_TRACKING_URI, as https://user:password@host.'
      : "see the server's log.";
  return new MlflowFailed(`MLflow at ${address} refused ${what} (${status}, ${words});`, remedy, {
    status,
    reason: body?.error_code ?? null,
  });
}
