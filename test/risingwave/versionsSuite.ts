import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Catalog, loadCatalog } from '../../engine/catalog/catalog.ts';
import { readIds } from '../../engine/risingwave/versions/names.ts';
import { knownDeployments } from '../../engine/risingwave/versions/store.ts';
import { type Ended, type Workplace, waitFor, workplace } from '../support/cli.ts';
import type { Cluster } from './cluster.ts';
import { report } from './compare.ts';
import { late } from './late.ts';
import type { ParityOptions } from './paritySuite.ts';
import { otherRows, recordedTrades } from './recording.ts';
import { Sides } from './sides.ts';
import { Told } from './told.ts';
import { UnderLoad } from './underLoad.ts';

/** The view that is changed; all of `indicators`, and what reads it, hangs on it. */
const FILE = join('indicators', 'volume_flow.sql');
const VIEWS = ['volume_flow', 'indicators', 'candles_1m'];
/** Late trades of the writer, and the one that is written to be told of. */
const [FIRST, TELLING] = [100, 90];

/** A view changes on a running system: by the command, under load, with every view right at each step. */
export function versionsSuite(open: () => Cluster, { trades, seed, within }: ParityOptions): void {
  describe('a view changes while it runs', () => {
    let sides: Sides;
    let place: Workplace;
    let folder: string;
    let changed: Catalog;

    beforeAll(async () => {
      sides = await Sides.open(open());
      await sides.load([...otherRows(seed), ...recordedTrades(trades)], () => 500);
      folder = mkdtempSync(join(tmpdir(), 'tickwave-sql-'));
      cpSync('sql', folder, { recursive: true });
      edit(FILE, '100 * money_in_14', '200 * money_in_14');
      changed = await loadCatalog(folder);
      place = workplace({ DATABASE_URL: sides.database.url, SQL_DIR: folder });
    }, within);

    afterAll(async () => {
      await place?.remove();
      await sides?.close();
      rmSync(folder, { recursive: true, force: true });
    }, within);

    const edit = (file: string, from: string, to: string): void => {
      const text = readFileSync(join(folder, file), 'utf8');
      if (!text.includes(from)) throw new Error(`${file} has no '${from}'`);
      writeFileSync(join(folder, file), text.replaceAll(from, to));
    };
    const ran = async (verb: string, ...flags: string[]): Promise<Ended> => ended(0, verb, ...flags);
    const ended = async (code: number, verb: string, ...flags: string[]): Promise<Ended> => {
      const ended = await place.run(verb, ...flags);
      if (ended.code !== code) throw new Error(`${verb} ended with ${ended.code}: ${ended.stderr}`);
      return ended;
    };

    test(
      'plan, apply, diff, promote, rollback, cleanup: nobody who reads by name sees an error, every view is right',
      async () => {
        const original = sides.catalog;
        const told = new Told();
        await sides.engine.start();
        const end = sides.engine.subscribe('volume_flow', (changes) => told.push(changes));
        await told.first(({ truncated }) => truncated === true);
        const users = new UnderLoad(sides, VIEWS, FIRST);
        try {
          expect((await ended(2, 'plan', '--no-diff')).stdout).toMatch(/~ volume_flow .*breaking/);
          await killedApply();
          // The test of the view expects what it was.
          expect((await ended(1, 'apply')).stderr).toMatch(/^FAILED +volume_flow: test: /m);
          edit(join('tests', 'volume_flow.test.yaml'), 'mfi_14: 75', 'mfi_14: 150');
          await ran('apply');
          await users.pause();
          expect(report(await sides.compare())).toEqual([]);
          const diffs = JSON.parse((await ran('diff', '--json')).stdout) as Record<string, unknown>[];
          expect(diffs.find(({ view }) => view === 'volume_flow')).toMatchObject({
            ...{ onlyPublished: 0, onlyOther: 0, byColumn: { mfi_14: expect.any(Number) } },
          });
          users.resume();

          await ran('promote');
          await sides.embed(changed);
          await users.pause();
          expect(report(await sides.compare())).toEqual([]);
          // Whoever follows the view begins anew, and is told of the version that has its name.
          await told.times(({ truncated }) => truncated === true, 2);
          await sides.load([late(TELLING)], () => 1);
          await told.after(2, ({ changes }) => changes.length > 0);
          users.resume();

          await ran('rollback');
          await sides.embed(original);
          await users.pause();
          expect(report(await sides.compare())).toEqual([]);
          users.resume();

          await ran('promote');
          await ran('cleanup');
          await sides.embed(changed);
          await users.pause();
          expect(report(await sides.compare())).toEqual([]);
        } finally {
          await users.stop();
          end();
        }
        expect(users.errors).toEqual([]);
        expect(users.reads).toBeGreaterThan(VIEWS.length);
        expect([...(await readIds(sides.risingwave)).keys()].filter((name) => name.endsWith('__2'))).toEqual(
          [],
        );
        await ran('plan');
        const history = JSON.parse((await ran('versions', '--json')).stdout) as Record<string, unknown>[];
        expect(history).toMatchObject([{ id: 1, state: 'cleaned', class: 'breaking' }]);
        expect(history[0]?.audits).toContainEqual(expect.objectContaining({ audit: 'test', passed: true }));
      },
      within,
    );

    /** Killed once it has begun, wherever it is then; the next one goes on. */
    async function killedApply(): Promise<void> {
      const killed = place.spawn(['apply']);
      const known = async (): Promise<boolean> => (await knownDeployments(sides.risingwave)).length > 0;
      await waitFor('the version', known, 300_000);
      killed.signal('SIGKILL');
      await killed.ended;
    }
  });
}
