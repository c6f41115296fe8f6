import { describeWithServer } from '../support/describeWithServer.ts';
import { ElasticsearchNode, missingForElasticsearch } from './node.ts';

/** `describe` for suites that need a real Elasticsearch; with REQUIRE_ELASTICSEARCH=1 they fail without. */
export function describeWithElasticsearch(name: string, body: (node: () => ElasticsearchNode) => void): void {
  const real = {
    name: 'Elasticsearch',
    required: 'REQUIRE_ELASTICSEARCH',
    missing: missingForElasticsearch,
    start: ElasticsearchNode.start,
  };
  describeWithServer(name, real, body);
}
