// Suites that need recorded market data skip where it is not. Here it has to be: what was not run must not look passed.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = resolve(process.env.TICKWAVE_DATA ?? '../shared/data');
const missing = ['trades', 'candles', 'indicators'].filter((name) => !existsSync(`${folder}/${name}`));
if (missing.length > 0) {
  console.log(`MISSING: ${missing.join(', ')} in ${folder}: the suites that need them are SKIPPED`);
  process.exit(1);
}
console.log(`${folder} is there`);
