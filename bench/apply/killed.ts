import { systemClock } from '../../engine/clock.ts';
import type { Progress } from '../../engine/versions/deployment.ts';
import { openRig, type Rig } from '../rig.ts';
import { type Edit, edited } from './edits.ts';
import { seconds, Way } from './way.ts';

/** Where a build is killed, as a share of it. */
const KILL_AT = 0.4;
const POLL_MS = 20;

/** Kills PostgreSQL in the middle of a build, and lets another life go on with it. @returns the rig of that life */
export async function buildKilled(rig: Rig, edit: Edit): Promise<{ rig: Rig; figures: object }> {
  const began = performance.now();
  const first = await Way.begin(rig.client, rig.url, (files) => edited(files, edit));
  let seen = await progressOf(first);
  while ((seen?.share ?? 0) < KILL_AT || seen?.cut === null) {
    await systemClock.sleep(POLL_MS);
    seen = await progressOf(first);
  }
  const secondsBefore = seconds(began);
  const folder = await rig.kill();
  const killed = performance.now();
  const next = await openRig(folder);
  const secondsToOpen = seconds(killed);
  const way = await Way.found(next.client, next.url, first.id);
  const kept = await progressOf(way);
  const there = Object.values(await way.rows()).reduce((sum, count) => sum + count, 0);
  const since = performance.now();
  await next.engine.start();
  let lowest = kept?.share ?? 0;
  const done = way.to(null, 'built');
  for (let progress = kept; progress !== null && progress.share < 1; progress = await progressOf(way)) {
    lowest = Math.min(lowest, progress.share);
    await systemClock.sleep(POLL_MS);
  }
  await done;
  const secondsAfter = seconds(since);
  const rows = Object.values(await way.rows()).reduce((sum, count) => sum + count, 0);
  const verified = await way.verify();
  return {
    rig: next,
    figures: {
      ...{ killedAtShare: seen?.share, keptShare: kept?.share, lowestShareAfter: lowest },
      ...{ rowsThereAfterKill: there, rows, viewsEqualToTheirQuery: verified },
      ...{ secondsBefore, secondsToOpen, secondsAfter },
    },
  };
}

async function progressOf(way: Way): Promise<Progress | null> {
  return (await way.deployment()).progress;
}
