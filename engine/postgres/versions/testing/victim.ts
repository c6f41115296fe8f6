// Run by crash.test.ts in a process of its own, to be killed: server and engine on one data folder. The last argument is what
// sql/ has, by name. One line on stdout says that it is there.
import { Engine } from '../../../engine.ts';
import { startServer } from '../../server.ts';
import { catalogWith } from './places.ts';

const [dataDir = '', changed = '{}'] = process.argv.slice(2);
const server = await startServer({ dataDir });
void server.exited.then(() => process.exit(3));
const engine = await Engine.open({
  url: server.url(),
  catalog: catalogWith(JSON.parse(changed) as Readonly<Record<string, string>>),
});
await engine.start();
void engine.ended.then((error) => {
  process.stderr.write(`${error?.message}\n`);
  process.exit(4);
});
process.stdout.write(`${JSON.stringify({ url: server.url(), postmaster: server.pid })}\n`);
