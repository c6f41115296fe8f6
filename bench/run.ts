import { mkdirSync, writeFileSync } from 'node:fs';
import { benchApi } from './api.ts';
import { benchApply } from './apply/apply.ts';
import { benchBackfill } from './backfill.ts';
import { benchHistory } from './history.ts';
import { benchKafka } from './kafka.ts';
import { machine } from './rig.ts';
import { benchScoring } from './scoring/scoring.ts';
import { benchStages } from './stages.ts';
import { benchStreams } from './streams.ts';
import { benchLive } from './throughput.ts';
import { benchTraining } from './training/training.ts';

/**
 * `npm run bench [-- apply live history backfill stages kafka training scoring]`: figures go to bench/results/<name>.json with the machine and the commit.
 * BENCH_SMALL=1 runs each in miniature, to see that it runs; BENCH_SECONDS is how long streams run,
 * BENCH_DAYS shortens the backfill, BENCH_TRADES the large history.
 * training and scoring install Python's XGBoost into .cache, to be measured against; BENCH_MARKETS=20 leaves out the 200 markets of scoring.
 */
const small = process.env.BENCH_SMALL === '1';
const BENCHES: Readonly<Record<string, () => Promise<unknown>>> = {
  live: () => benchLive(small ? [1000] : [10_000, 20_000, 30_000, 40_000, 50_000], small ? 3 : 20),
  api: () => benchApi(small ? 2 : 10),
  apply: () =>
    benchApply(
      small
        ? { trades: 20_000, calmSeconds: 2 }
        : {
            trades: Number(process.env.BENCH_TRADES ?? 1_000_000),
            calmSeconds: Number(process.env.BENCH_SECONDS ?? 8),
          },
    ),
  backfill: () => benchBackfill(small ? 7 : Number(process.env.BENCH_DAYS ?? 365)),
  history: () =>
    small
      ? benchHistory(20_000, 100_000)
      : benchHistory(1_000_000, Number(process.env.BENCH_TRADES ?? 20_000_000)),
  stages: () => benchStages(small ? 5_000 : 200_000),
  kafka: () => benchKafka(small ? 20_000 : 500_000),
  training: () => (small ? benchTraining(2000, 20, 1) : benchTraining(20_000, 200, 7)),
  scoring: () =>
    small
      ? benchScoring({ rows: 400, pairs: 1, markets: [2], windows: 3 })
      : benchScoring({
          rows: 20_000,
          pairs: 7,
          markets: (process.env.BENCH_MARKETS ?? '20,200').split(',').map(Number),
          windows: Number(process.env.BENCH_WINDOWS ?? 100),
        }),
  streams: () =>
    small ? benchStreams(50, 200, 5) : benchStreams(1_000, 200, Number(process.env.BENCH_SECONDS ?? 30)),
};

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHES)) {
  const bench = BENCHES[name];
  if (!bench)
    throw new Error(`there is no benchmark '${name}'; there are ${Object.keys(BENCHES).join(', ')}`);
  process.stderr.write(`${name}\n`);
  const figures = { name, ...machine(), figures: await bench() };
  const text = `${JSON.stringify(figures, null, 2)}\n`;
  if (!small) {
    mkdirSync('bench/results', { recursive: true });
    writeFileSync(`bench/results/${name}.json`, text);
  }
  process.stdout.write(text);
}
