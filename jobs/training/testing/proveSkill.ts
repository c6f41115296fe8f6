// The full proof, outside of jest, whose sandbox is some times slower:
//   node --import tsx jobs/training/testing/proveSkill.ts SIGNAL [SEEDS] [HOURS] [FIRST]
import { loadCatalog } from '../../../engine/catalog/catalog.ts';
import { startTestServer } from '../../../test/support/server.ts';
import { availableAlgorithms } from '../../models/algorithms.ts';
import { placesOf } from '../../models/library/places.ts';
import { judgeMarket } from './proof.ts';

const [signal = 0, seeds = 20, hours = 120, first = 1] = process.argv.slice(2).map(Number);
const stop = await startTestServer();
const algorithms = await availableAlgorithms(placesOf(process.env), 1);
try {
  const catalog = await loadCatalog('sql');
  const judged = (['ridge', 'xgboost'] as const).filter((name) => algorithms.available.has(name));
  for (let seed = first; seed < first + seeds; seed++)
    for (const verdict of await judgeMarket({ catalog, algorithms, judged, seed, hours, signal }))
      process.stdout.write(`${JSON.stringify(verdict)}\n`);
} finally {
  await algorithms.close();
  await stop();
}
