import type { Clock } from '../context.ts';
import { asProblem } from '../failures.ts';
import type { Client } from './client.ts';
import { Message } from './message.ts';

/** One request while it is answered; some have an answer per symbol. */
export interface Asked {
  readonly method: string;
  readonly id: number | undefined;
  /** When it came, in milliseconds since the epoch. */
  readonly timeIn: number;
}

/** Answers in Kraken's envelope: method, result or error, times in and out, and the request's number. */
export class Replies {
  readonly #client: Client;
  readonly #clock: Clock;

  constructor(client: Client, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  pong(asked: Asked): void {
    this.#send({ ...asked, method: 'pong' }, {});
  }

  succeed(asked: Asked, result: Readonly<Record<string, unknown>>): void {
    this.#send(asked, { result, success: true });
  }

  /** @param more such as the symbol, where there were several */
  fail(asked: Asked, code: string, error: string, more: Readonly<Record<string, unknown>> = {}): void {
    this.#send(asked, { success: false, error, code, ...more });
  }

  /** Tells what went wrong as REST would. */
  failWith(asked: Asked, error: unknown, more: Readonly<Record<string, unknown>> = {}): void {
    const problem = asProblem(error);
    this.fail(asked, problem.code, problem.message, more);
  }

  #send({ method, id, timeIn }: Asked, more: Readonly<Record<string, unknown>>): void {
    const answer = {
      method,
      ...more,
      time_in: new Date(timeIn).toISOString(),
      time_out: new Date(this.#clock.now()).toISOString(),
      ...(id === undefined ? {} : { req_id: id }),
    };
    this.#client.send(new Message('answer', JSON.stringify(answer)));
  }
}
