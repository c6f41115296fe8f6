// Indexing in a process of its own, to be killed: `victim.ts <database> <address of Elasticsearch>`.
import pg from 'pg';
import { systemClock } from '../../engine/clock.ts';
import { connectElasticsearch } from '../../jobs/indexing/connect.ts';
import { startIndexing } from '../../jobs/indexing/indexing.ts';

const [database = '', url = ''] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: database, max: 3 });
pool.on('error', () => {});
const client = await connectElasticsearch({ url, user: null, password: null, apiKey: null });
const say = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
const options = { pool, client, url, clock: systemClock, retentionDays: 30, pollMs: 5, say };
process.stdout.write('ready\n');
await startIndexing(options).run(new AbortController().signal);
