import { describeWithKafka } from '../../kafka/describe.ts';
import { describeWithData } from '../../support/data.ts';
import { kafkaSuite } from '../kafkaSuite.ts';
import { RECORDINGS } from '../recording.ts';
import { standInCluster } from './standInCluster.ts';

const SEED = Number(process.env.SEED ?? 20190701);

// The real broker, and NOT a real RisingWave: what is shown is that the suite works, and that Tickwave does its part.
describeWithData('RisingWave and Kafka', RECORDINGS, () => {
  describeWithKafka('a stand-in, NOT RisingWave, with Kafka', (broker) => {
    kafkaSuite(() => standInCluster(broker().address), SEED, 120_000);
  });
});
