import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';
import { admission, crossOrigin, type RateLimits } from './access/admission.ts';
import type { Context } from './context.ts';
import { fail } from './failures.ts';
import type { Observe } from './observe.ts';
import { checkSize } from './requests.ts';

export interface FrontOptions {
  readonly context: Context;
  readonly limits: RateLimits;
  /** Told of each request at its beginning. */
  readonly observe: Observe;
  /** Takes what the front does not answer. */
  readonly app: RequestListener;
}

/**
 * What every request passes before Express: its id, measure and log line, the headers of safety, limits, keys. Then what was
 * answered a moment ago is answered again. It works on what Node gives: Express alone costs more than all of this.
 */
export function front({ context, limits, observe, app }: FrontOptions): RequestListener {
  const admit = admission(context.gate, limits, context.clock);
  const answerOrigin = crossOrigin(context.gate);
  return (request, response) => {
    observe(request, response);
    try {
      for (const [name, value] of SAFETY) response.setHeader(name, value);
      checkSize(request, response);
      if (answerOrigin(request, response)) return;
      admit(request, response);
      if (context.answers.serve(request, response, context.gate)) return;
    } catch (error) {
      fail(error, request, response, context);
      return;
    }
    app(request, response);
  };
}

/** What helmet sets, which is the same each time. */
const SAFETY: readonly (readonly [string, string])[] = (() => {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  helmet()(response.req, response, () => {});
  return Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)] as const);
})();
