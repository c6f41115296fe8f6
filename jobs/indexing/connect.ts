import type { Client, ClientOptions } from '@elastic/elasticsearch';

/** Where Elasticsearch is and as whom it is asked. */
export interface ElasticsearchAddress {
  readonly url: string;
  readonly user: string | null;
  readonly password: string | null;
  /** Instead of user and password. */
  readonly apiKey: string | null;
}

/** Nothing here asks Elasticsearch for longer, in milliseconds. */
const REQUEST_WITHIN_MS = 30_000;

/** Makes a client; nothing is asked yet. It is loaded only now, for most installations have no Elasticsearch. */
export async function connectElasticsearch(address: ElasticsearchAddress): Promise<Client> {
  const { Client: Elasticsearch } = await import('@elastic/elasticsearch');
  const auth = authOf(address);
  return new Elasticsearch({
    node: address.url,
    // Whoever asks knows best when to ask again.
    maxRetries: 0,
    requestTimeout: REQUEST_WITHIN_MS,
    ...(auth === undefined ? {} : { auth }),
  });
}

function authOf({ user, password, apiKey }: ElasticsearchAddress): ClientOptions['auth'] {
  if (apiKey !== null) return { apiKey };
  return user === null ? undefined : { username: user, password: password ?? '' };
}
