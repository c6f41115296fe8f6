import { ExchangeRefused } from '../errors.ts';

/**
 * An exchange's refusal inside an answer of its REST interface.
 * @param transient whether the same request may succeed later.
 */
export function refusal(exchange: string, words: string, transient: boolean): ExchangeRefused {
  return new ExchangeRefused(
    `${exchange} answered ${JSON.stringify(words)}.`,
    transient ? 'It is asked again later.' : 'Check that the exchange has this market.',
    { transient },
  );
}
