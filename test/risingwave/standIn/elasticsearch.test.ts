import { describeWithElasticsearch } from '../../elasticsearch/describe.ts';
import { servicesSuite } from '../servicesSuite.ts';
import { standInCluster } from './standInCluster.ts';

const SEED = Number(process.env.SEED ?? 20190701);

// The real Elasticsearch, and NOT a real RisingWave: what is shown is that the suite works, and that Tickwave does its part.
describeWithElasticsearch('a stand-in, NOT RisingWave, with Elasticsearch', (node) => {
  servicesSuite(standInCluster, { elasticsearch: () => node().url, mlflow: null }, SEED, 120_000);
});
