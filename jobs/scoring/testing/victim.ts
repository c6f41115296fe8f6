// A scorer in a process of its own, to be killed: `victim.ts <database> <folder of models>`.
import pg from 'pg';
import { systemClock } from '../../../engine/clock.ts';
import { LocalRegistry } from '../../registry/localRegistry.ts';
import { BASELINES } from '../../registry/testing/bundles.ts';
import { Scorer } from '../scorer.ts';

const [url = '', folder = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 2 });
pool.on('error', () => {});
const scorer = new Scorer({
  ...{
    pool,
    clock: systemClock,
    algorithms: BASELINES,
    pollMs: 5,
    catchUpMinutes: 1440,
    expiryMs: 14 * 86_400_000,
  },
  registry: new LocalRegistry({ pool, folder, clock: systemClock }),
  onChange: () => () => {},
  say: (sentence) => process.stderr.write(`${sentence}\n`),
});
process.stdout.write('ready\n');
await scorer.run(new AbortController().signal);
