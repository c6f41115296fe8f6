import type { ChatAnswer } from './chatModel.ts';

/** What a model has done and cost since the start. */
export interface LlmCounts {
  /** HTTP requests, with those that failed. */
  readonly requests: number;
  /** Requests that got no answer. */
  readonly failures: number;
  /** Answers that had to be asked for a second time. */
  readonly repairs: number;
  /** Stories whose words had been scored before. */
  readonly cacheHits: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** By the prices that were given; 0 without. */
  readonly dollars: number;
  /** Of the requests that were answered. */
  readonly latencyMsMean: number;
  readonly latencyMsMax: number;
}

/** Dollars for a million tokens. */
export interface TokenPrices {
  readonly in: number;
  readonly out: number;
}

/** Counts requests, tokens, cost and latency of a model. */
export class LlmMeter {
  repairs = 0;
  cacheHits = 0;
  private readonly prices: TokenPrices;
  private failures = 0;
  private answers = 0;
  private tokensIn = 0;
  private tokensOut = 0;
  private latencyMs = 0;
  private latencyMsMax = 0;

  constructor(prices: TokenPrices) {
    this.prices = prices;
  }

  /** Counts an answered request; gives what it cost in dollars. */
  answered(answer: ChatAnswer, latencyMs: number): number {
    this.answers++;
    this.tokensIn += answer.tokensIn;
    this.tokensOut += answer.tokensOut;
    this.latencyMs += latencyMs;
    this.latencyMsMax = Math.max(this.latencyMsMax, latencyMs);
    return this.cost(answer.tokensIn, answer.tokensOut);
  }

  failed(): void {
    this.failures++;
  }

  counts(): LlmCounts {
    return {
      requests: this.answers + this.failures,
      failures: this.failures,
      repairs: this.repairs,
      cacheHits: this.cacheHits,
      tokensIn: this.tokensIn,
      tokensOut: this.tokensOut,
      dollars: this.cost(this.tokensIn, this.tokensOut),
      latencyMsMean: this.answers === 0 ? 0 : this.latencyMs / this.answers,
      latencyMsMax: this.latencyMsMax,
    };
  }

  private cost(tokensIn: number, tokensOut: number): number {
    return (tokensIn * this.prices.in + tokensOut * this.prices.out) / 1e6;
  }
}
