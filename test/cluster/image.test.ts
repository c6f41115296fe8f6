import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { GenericContainer, Wait } from 'testcontainers';
import { repository } from './places.ts';

// The image, built and run. Needs Docker: elsewhere `.ci/cluster.sh image` replays the Dockerfile's steps in a folder.

const MINUTES = 60_000;
const there = spawnSync('docker', ['info'], { timeout: 10_000 }).status === 0;
if (!there) {
  if (process.env.REQUIRE_DOCKER === '1') throw new Error('no Docker engine answers (`docker info`)');
  console.warn('SKIPPED: no Docker engine answers, so the image is not built and not run');
}

(there ? describe : describe.skip)('the image', () => {
  test(
    'comes to health on a simulated market, as a user that may write to its data alone, and ends in order',
    async () => {
      const image = await GenericContainer.fromDockerfile(repository).build('tickwave:test', {
        deleteOnExit: false,
      });
      const started = await image
        .withEnvironment({ FEED: 'simulated', SIMULATOR_HISTORY: '0', NEWS: 'off' })
        .withTmpFs({ '/tmp': 'mode=1777,size=64m' })
        .withWaitStrategy(Wait.forHealthCheck())
        .withStartupTimeout(5 * MINUTES)
        .start();
      try {
        expect((await started.exec(['id', '-u'])).output.trim()).toBe('10001');
        expect((await started.exec(['touch', '/app/changed'])).exitCode).not.toBe(0);
        expect((await started.exec(['touch', '/data/kept'])).exitCode).toBe(0);
        const status = await started.exec(['node', '/app/bin/tickwave.mjs', 'status', '--json']);
        expect(JSON.parse(status.stdout)).toMatchObject({ running: true, verb: 'start' });
        const fetched = await started.exec(['node', '/app/bin/tickwave.mjs', 'models', 'fetch']);
        // Without Python in the image this says what was built in.
        expect(fetched.output).toMatch(/xgboost 3\.2\.0: was there/i);
      } finally {
        await started.stop({ timeout: 60_000 });
      }
    },
    30 * MINUTES,
  );
});
