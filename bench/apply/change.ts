import { round } from '../latency.ts';
import type { Edit } from './edits.ts';
import type { Meanwhile, Scene } from './scene.ts';
import { apart, Way } from './way.ts';

/** One edit all the way: built, promoted, rolled back, promoted again, the old version dropped; and how readers and writers fared. */
export async function benchChange(scene: Scene, edit: Edit, calmSeconds: number): Promise<unknown> {
  const { client, url } = scene.rig;
  const before = await scene.calm(calmSeconds);
  const diskBefore = await scene.usage.now();
  const { id } = await apart({ url, edit: edit.name });
  const way = await Way.found(client, url, id);
  const build = await scene.during(() => way.built());
  const diskBuilt = await scene.usage.now();
  const rows = Object.values(await way.rows());
  const audit = await scene.during(async () => (await apart({ url, audit: id })).seconds);
  const promote = await scene.during(() => way.to('promote', 'promoted'));
  const both = await scene.calm(calmSeconds);
  const rollback = await scene.during(() => way.to('rollback', 'rolled_back'));
  const promoteAgain = await scene.during(() => way.to('promote', 'promoted'));
  const verified = await scene.alone(() => way.verify());
  await scene.calm(2);
  const cleanup = await scene.during(() => way.to('cleanup', 'cleaned'));
  const after = await scene.calm(calmSeconds);
  const diskAfter = await scene.usage.now();
  const count = rows.reduce((sum, number) => sum + number, 0);
  const { cost } = way.plan;
  return {
    ...{ views: rows.length, rows: count, rowsPerSecond: Math.round(count / build.seconds) },
    estimated: {
      ...{ rows: cost.rows, seconds: cost.seconds && round(cost.seconds) },
      rowsOfReal: ratio(cost.rows, count),
      secondsOfReal: cost.seconds && ratio(cost.seconds, build.seconds),
    },
    steps: Object.fromEntries(
      Object.entries({ before, build, audit, promote, both, rollback, promoteAgain, cleanup, after }).map(
        ([name, step]) => [name, shown(step)],
      ),
    ),
    databaseMb: {
      ...{ before: diskBefore.databaseMb, built: diskBuilt.databaseMb, cleaned: diskAfter.databaseMb },
    },
    viewsEqualToTheirQuery: verified,
  };
}

function ratio(estimate: number, real: number): number {
  return Math.round((estimate / real) * 100) / 100;
}

function shown({ seconds, readers, visible, most }: Meanwhile): Readonly<Record<string, number | null>> {
  return {
    seconds,
    readerErrors: readers.errors,
    readerMsP50: round(readers.p50Ms),
    readerMsP99: round(readers.p99Ms),
    readerMsLongest: round(readers.longestMs),
    visibleMsP50: round(visible.p50Ms),
    visibleMsP99: round(visible.p99Ms),
    visibleMsLongest: round(visible.longestMs),
    postgresMb: most.postgresMb,
    nodeMb: most.nodeMb,
    walMb: most.walMb,
  };
}
