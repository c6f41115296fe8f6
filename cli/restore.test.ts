import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { workplace } from '../test/support/cli.ts';

test('a restore overwrites no keys that are there, and has touched nothing then', async () => {
  const place = workplace();
  try {
    const backup = join(place.dataDir, 'backup');
    mkdirSync(join(backup, 'files'), { recursive: true });
    writeFileSync(join(backup, 'files/api-keys.json'), 'theirs');
    const sha256 = createHash('sha256').update('theirs').digest('hex');
    const files = [{ path: 'api-keys.json', bytes: 6, sha256 }];
    const manifest = { tickwave: 'backup', format: 1, takenAt: '2026-01-02T00:00:00.000Z', database: '' };
    writeFileSync(join(backup, 'backup.json'), JSON.stringify({ ...manifest, tables: [], files }));
    writeFileSync(join(place.dataDir, 'api-keys.json'), 'mine');
    const { code, stderr } = await place.run('restore', backup);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('api-keys.json, and a restore overwrites nothing'),
    ]);
    expect(readFileSync(join(place.dataDir, 'api-keys.json'), 'utf8')).toBe('mine');
    expect(existsSync(join(place.dataDir, 'restoring.json'))).toBe(false);
  } finally {
    await place.remove();
  }
});
