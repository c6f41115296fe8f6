import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ElasticsearchNode, missingForElasticsearch } from './node.ts';

/**
 * `describe` for suites that need a real Elasticsearch: `body` is given the function that has it, one for the suite. Without
 * it they skip and say so; with REQUIRE_ELASTICSEARCH=1 they fail.
 */
export function describeWithElasticsearch(name: string, body: (node: () => ElasticsearchNode) => void): void {
  const missing = missingForElasticsearch();
  if (missing !== null) {
    if (process.env.REQUIRE_ELASTICSEARCH === '1') {
      test(`${name}: Elasticsearch is there`, () => expect(missing).toBeNull());
      return;
    }
    console.warn(`SKIPPED ${name}: ${missing}`);
    describe.skip(name, () => {
      test(missing, () => undefined);
    });
    return;
  }
  describe(name, () => {
    let node: ElasticsearchNode | null = null;
    beforeAll(async () => {
      node = await ElasticsearchNode.start();
    });
    afterAll(async () => {
      await node?.remove();
    });
    body(() => {
      if (node === null) throw new Error('Elasticsearch did not start');
      return node;
    });
  });
}
