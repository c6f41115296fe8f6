import { afterAll, describe, expect, test } from '@jest/globals';
import { sharedData } from '../support/data.ts';
import { engineSuite } from './engineSuite.ts';
import { kafkaSuite } from './kafkaSuite.ts';
import { paritySuite } from './paritySuite.ts';
import { realCluster } from './realCluster.ts';
import { RECORDINGS } from './recording.ts';
import { beside, describeServices, servicesOf } from './services.ts';
import { servicesSuite } from './servicesSuite.ts';
import { startSuite } from './startSuite.ts';
import { versionsSuite } from './versionsSuite.ts';

const SEED = Number(process.env.SEED ?? 20190701);
const TRADES = Number(process.env.TEST_RISINGWAVE_TRADES ?? 20_000);
/** Building nearly thirty views takes minutes where every one waits for a barrier. */
const WITHIN_MS = 1_800_000;

const cluster = realCluster();
const services = servicesOf();
const data = RECORDINGS.every((path) => sharedData(path) !== null);

if (cluster === null) {
  const how = 'TEST_RISINGWAVE_URL=postgresql://root@localhost:4566/dev npm run test:risingwave';
  console.warn(
    `${describeServices(null, services)}\nNothing of RisingWave is shown by this run. To run it: ${how}`,
  );
  describe.skip('RisingWave', () => {
    test(how, () => undefined);
  });
} else if (!data) {
  test('recorded trades are there', () => {
    throw new Error(`set TICKWAVE_DATA to a folder with ${RECORDINGS.join(', ')}`);
  });
} else {
  console.warn(describeServices(cluster.name, services));
  describe(`on ${cluster.name} (SEED=${SEED})`, () => {
    afterAll(() => cluster.stop());
    const options = { trades: TRADES, seed: SEED, within: WITHIN_MS };
    paritySuite(() => cluster, options);
    versionsSuite(() => cluster, options);
    startSuite(() => cluster, WITHIN_MS);
    engineSuite(() => cluster, WITHIN_MS);
    servicesSuite(() => cluster, beside(services), SEED, WITHIN_MS);
    if (cluster.kafkaBrokers !== null) kafkaSuite(() => cluster, SEED, WITHIN_MS);
    test('is RisingWave', () => expect(cluster.name).toContain('RisingWave at'));
  });
}
