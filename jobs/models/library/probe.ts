// A process of its own that loads a library of unknown origin and writes its version as JSON: a library that crashes, or
// whose symbols would mix with those of another version, does no harm here.
import { said } from '../errors.ts';
import { versionOf } from './version.ts';

const [name, path] = process.argv.slice(2);
const answer = await versionOf(name === 'lightgbm' ? 'lightgbm' : 'xgboost', path ?? '').then(
  (version) => ({ version }),
  (error: unknown) => ({ error: said(error) }),
);
process.stdout.write(JSON.stringify(answer));
