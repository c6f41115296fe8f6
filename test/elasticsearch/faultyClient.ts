import type { Client } from '@elastic/elasticsearch';
import { Died } from '../../jobs/scoring/testing/faultyPool.ts';

/** A client whose n-th bulk request is the last thing that its process did: `before` it was sent, or `after` it was carried out. */
export function faultyClient(client: Client, requests: number, moment: 'before' | 'after'): Client {
  let left = requests;
  const bulk = async (...given: Parameters<Client['bulk']>): Promise<unknown> => {
    if (left-- > 0) return client.bulk(...given);
    if (moment === 'after') await client.bulk(...given);
    throw new Died(`died ${moment} a bulk request`);
  };
  return new Proxy(client, {
    get: (target, name) => (name === 'bulk' ? bulk : Reflect.get(target, name)),
  });
}
