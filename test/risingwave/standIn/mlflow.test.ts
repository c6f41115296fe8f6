import { describeWithMlflow } from '../../../jobs/registry/testing/describeWithMlflow.ts';
import { servicesSuite } from '../servicesSuite.ts';
import { standInCluster } from './standInCluster.ts';

const SEED = Number(process.env.SEED ?? 20190701);

// The real MLflow, and NOT a real RisingWave: what is shown is that the suite works, and that Tickwave does its part.
describeWithMlflow('a stand-in, NOT RisingWave, with MLflow', (server) => {
  servicesSuite(standInCluster, { elasticsearch: null, mlflow: () => server().uri }, SEED, 120_000);
});
