import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ManualClock } from '../../../test/support/manualClock.ts';
import { decodeFrames, encodeFrames } from './frames.ts';
import { Spool } from './spool.ts';

let folder: string;
let clock: ManualClock;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickwave-spool-'));
  clock = new ManualClock(1_000);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (at = folder, segmentBytes = 300): Promise<Spool> =>
  Spool.open({ folder: at, limitBytes: 1_000_000, clock, segmentBytes });

const record = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
const batches = fc.array(fc.array(record, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 12 });

async function drain(spool: Spool, step = 3): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for (;;) {
    const some = await spool.peek(step);
    if (some.length === 0) return all;
    all.push(...some.map((item) => Buffer.from(item)));
    await spool.delivered(some.length);
  }
}

const spoolFiles = (at: string): string[] =>
  readdirSync(at)
    .filter((name) => name.endsWith('.spool'))
    .sort();

// fast-check prints the seed and the path that replay a failure.

test('records come out as they went in, whatever is read in between, and files go with them', async () => {
  await fc.assert(
    fc.asyncProperty(
      batches,
      fc.integer({ min: 1, max: 7 }),
      fc.boolean(),
      async (written, step, between) => {
        const spool = await open();
        const out: Buffer[] = [];
        for (const batch of written) {
          await spool.append(batch);
          if (!between) continue;
          const some = await spool.peek(step);
          out.push(...some.map((item) => Buffer.from(item)));
          await spool.delivered(some.length);
        }
        expect(spool.rows).toBe(written.flat().length - out.length);
        out.push(...(await drain(spool, step)));
        expect(out).toEqual(written.flat());
        expect([spool.rows, spool.bytes, spool.oldest, spool.empty]).toEqual([0, 0, null, true]);
        expect(spoolFiles(folder)).toEqual([]);
        await spool.close();
      },
    ),
    { numRuns: 40 },
  );
});

test('a file cut anywhere, with or without garbage behind, gives the records before that place', () => {
  fc.assert(
    fc.property(
      batches,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.uint8Array({ maxLength: 40 }),
      (written, share, garbage) => {
        const records = written.flat();
        const whole = encodeFrames(records, 5);
        const cut = Math.floor(whole.length * share);
        const { frames, validBytes } = decodeFrames(Buffer.concat([whole.subarray(0, cut), garbage]));
        // Garbage may by chance be the very bytes that were cut off, never more.
        const expected = records.slice(0, frames.length);
        expect(frames.map((frame) => frame.record)).toEqual(expected);
        expect(validBytes).toBe(encodeFrames(expected, 5).length);
        const complete = decodeFrames(whole.subarray(0, cut)).frames.length;
        expect(frames.length).toBeGreaterThanOrEqual(complete);
      },
    ),
    { numRuns: 300 },
  );
});

test('a byte that changed ends the records before its own', () => {
  fc.assert(
    fc.property(batches, fc.nat(), fc.integer({ min: 1, max: 255 }), (written, place, flip) => {
      const records = written.flat();
      const bytes = encodeFrames(records, 5);
      const at = place % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ flip;
      let [hit, end] = [0, 0];
      for (const item of records) {
        end += encodeFrames([item], 5).length;
        if (end > at) break;
        hit++;
      }
      expect(decodeFrames(bytes).frames.map((frame) => frame.record)).toEqual(records.slice(0, hit));
    }),
    { numRuns: 300 },
  );
});

test('after a crash at any byte of the last write: all that was resolved, in order, then new ones', async () => {
  await fc.assert(
    fc.asyncProperty(batches, fc.double({ min: 0, max: 1, noNaN: true }), async (written, share) => {
      const before = await open();
      for (const batch of written.slice(0, -1)) await before.append(batch);
      const sizes = new Map(spoolFiles(folder).map((name) => [name, statSync(join(folder, name)).size]));
      await before.append(written.at(-1) ?? []);
      // As the disk may look at the crash: what was resolved is whole, the last write is there up to some byte.
      const crashed = mkdtempSync(join(tmpdir(), 'tickwave-spool-crashed-'));
      for (const name of spoolFiles(folder)) {
        copyFileSync(join(folder, name), join(crashed, name));
        const [from, to] = [sizes.get(name) ?? 0, statSync(join(folder, name)).size];
        truncateSync(join(crashed, name), from + Math.floor((to - from) * share));
      }
      await drain(before);
      await before.close();
      const after = await open(crashed);
      const news = [Buffer.from('after the crash')];
      await after.append(news);
      const out = await drain(after);
      await after.close();
      rmSync(crashed, { recursive: true });
      const sure = written.slice(0, -1).flat();
      expect(after.damagedBytes).toBe(0);
      expect(out.slice(0, sure.length)).toEqual(sure);
      const torn = out.slice(sure.length, -1);
      expect(torn).toEqual((written.at(-1) ?? []).slice(0, torn.length));
      expect(out.at(-1)).toEqual(news[0]);
    }),
    { numRuns: 40 },
  );
});

test('a file that is only half delivered comes again whole, later ones after it', async () => {
  const before = await open();
  const records = Array.from({ length: 30 }, (_, n) => Buffer.from(`record ${n}`));
  for (const item of records) await before.append([item]);
  await before.peek(2);
  await before.delivered(2);
  await before.close();
  const after = await open();
  expect(await drain(after)).toEqual(records);
  await after.close();
});

test('appends at the same time keep the order of the calls, also while it is being read', async () => {
  const spool = await open();
  const records = Array.from({ length: 200 }, (_, n) => Buffer.from(`record ${n}`));
  const writes = records.map((item) => spool.append([item]));
  const out: Buffer[] = [];
  while (out.length < records.length) {
    const some = await spool.peek(7);
    out.push(...some);
    await spool.delivered(some.length);
  }
  await Promise.all(writes);
  expect(out.map(String)).toEqual(records.map(String));
  await spool.close();
});

test('damage before the last file is counted, and what is whole still comes', async () => {
  const before = await open();
  for (let n = 0; n < 30; n++) await before.append([Buffer.from(`record ${n}`)]);
  await before.close();
  const [first = ''] = spoolFiles(folder);
  const bytes = readFileSync(join(folder, first));
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  writeFileSync(join(folder, first), bytes);
  const after = await open();
  expect(after.damagedBytes).toBe(8 + 8 + 'record 0'.length + 1);
  expect((await drain(after)).length).toBe(29);
  await after.close();
});

test('its limit, its age, and one owner at a time', async () => {
  const spool = await Spool.open({ folder, limitBytes: 100, clock });
  expect(spool.hasRoom()).toBe(true);
  await spool.append([Buffer.alloc(90)]);
  expect([spool.hasRoom(), spool.rows, spool.bytes, spool.oldest]).toEqual([false, 1, 106, 1_000]);
  await expect(Spool.open({ folder, limitBytes: 100, clock })).rejects.toThrow(
    `in use by process ${process.pid}`,
  );
  await spool.close();
  writeFileSync(join(folder, 'owner'), '999999999 1');
  const after = await open();
  expect(after.rows).toBe(1);
  await after.close();
});

test('a disk that refuses is the caller’s to know, and what comes next is stored', async () => {
  const spool = await open();
  await spool.append([Buffer.from('one')]);
  await spool.peek(1);
  // A folder stands where the next file would be.
  mkdirSync(join(folder, '0000000000000002.spool'));
  await expect(spool.append([Buffer.from('two')])).rejects.toThrow('Nothing of it was stored');
  await spool.append([Buffer.from('three')]);
  expect((await drain(spool)).map(String)).toEqual(['one', 'three']);
  await spool.close();
});
