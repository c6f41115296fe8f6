import type { Config } from '../../config/config.ts';
import type { ExchangeAddress } from '../../config/groups/feed.ts';

/** The other REST address of an exchange, where EXCHANGE_URLS names one. */
export function restUrl(config: Config, exchange: string): { readonly url?: string } {
  const url = addressOf(config, exchange, 'rest');
  return url === undefined ? {} : { url };
}

/** Both other addresses of an exchange. */
export function exchangeUrls(
  config: Config,
  exchange: string,
): { readonly websocket?: string; readonly rest?: string } {
  const websocket = addressOf(config, exchange, 'websocket');
  const rest = addressOf(config, exchange, 'rest');
  return { ...(websocket === undefined ? {} : { websocket }), ...(rest === undefined ? {} : { rest }) };
}

function addressOf(config: Config, exchange: string, kind: ExchangeAddress['kind']): string | undefined {
  return config.EXCHANGE_URLS?.find((entry) => entry.exchange === exchange && entry.kind === kind)?.url;
}
