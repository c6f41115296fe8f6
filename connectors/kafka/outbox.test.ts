import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ManualClock } from '../../test/support/manualClock.ts';
import { LandingFailed } from '../errors.ts';
import { type Delivery, Outbox, type OutboxOptions } from './outbox.ts';

let folder: string;
let clock: ManualClock;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tickwave-outbox-'));
  clock = new ManualClock(1_000);
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Deliver = OutboxOptions<number>['deliver'];

const open = (deliver: Deliver, limitBytes = 1e6): Promise<Outbox<number>> =>
  Outbox.open({
    folder,
    limitBytes,
    clock,
    encode: (item) => Buffer.from(String(item)),
    decode: (record) => Number(record.toString()),
    deliver,
    say: (line) => said.push(line),
    receiver: 'the receiver',
  });

/** The clock goes on whenever nothing else does, until something holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.wakeNext();
  }
}

const firstCopies = (items: readonly number[]): number[] => [...new Set(items)];

test('through failures, partial ones and restarts: everything arrives, first copies in order', async () => {
  const life = fc.record({
    batches: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 }),
    /** For each delivery: how much of it arrives, 1 for all. */
    shares: fc.array(fc.constantFrom(1, 1, 0, 0.4), { minLength: 1, maxLength: 12 }),
    together: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 4 }), async (lives) => {
      const arrived: number[] = [];
      let next = 0;
      for (const { batches, shares, together } of lives) {
        let delivery = 0;
        const outbox = await open(async (items) => {
          const share = shares[delivery++ % shares.length] ?? 1;
          const count = Math.floor(items.length * share);
          arrived.push(...items.slice(0, count));
          await new Promise((resolve) => setImmediate(resolve));
          return { left: items.slice(count), trouble: count < items.length ? 'no answer' : null };
        });
        const puts: Promise<void>[] = [];
        for (const size of batches) {
          const put = outbox.put(Array.from({ length: size }, () => next++));
          puts.push(put);
          if (!together) await put;
        }
        await Promise.all(puts);
        await outbox.close();
      }
      const last = await open(async (items) => {
        arrived.push(...items);
        return { left: [], trouble: null };
      });
      await until(() => last.state().spooledRows === 0);
      await last.close();
      expect(firstCopies(arrived)).toEqual(Array.from({ length: next }, (_, index) => index));
    }),
    { numRuns: 60 },
  );
});

test('a full spool holds writers back and says so; what frees it lets them go on', async () => {
  let away = true;
  const arrived: number[] = [];
  const outbox = await open(async (items): Promise<Delivery<number>> => {
    if (away) return { left: items, trouble: 'no broker' };
    arrived.push(...items);
    return { left: [], trouble: null };
  }, 200);
  for (let n = 0; outbox.state().spooledBytes < 200; n++) await outbox.put([n]);
  const sure = outbox.state().spooledRows;
  let through = false;
  const waiting = outbox.put([1_000]).then(() => {
    through = true;
  });
  await until(() => outbox.state().full);
  expect(through).toBe(false);
  expect(outbox.state()).toMatchObject({ spooledRows: sure, trouble: 'no broker' });
  expect(said).toContainEqual(
    expect.stringMatching(/^the spool for the receiver is full .*KAFKA_SPOOL_MB.*writers wait/),
  );
  away = false;
  await until(() => through && outbox.state().spooledRows === 0);
  await waiting;
  expect(arrived).toEqual([...Array.from({ length: sure }, (_, index) => index), 1_000]);
  await until(() => outbox.state().trouble === null);
  expect(said.at(-1)).toBe('the receiver is back; the spool is empty');
  await outbox.close();
});

test('stopped while the spool is full: what was not stored is told so', async () => {
  const outbox = await open(async (items) => ({ left: items, trouble: 'no broker' }), 50);
  for (let n = 0; outbox.state().spooledBytes < 50; n++) await outbox.put([n]);
  const waiting = expect(outbox.put([1_000])).rejects.toBeInstanceOf(LandingFailed);
  await until(() => outbox.state().full);
  await outbox.close();
  await waiting;
});

test('what waiting does not mend is the caller’s to know, and nothing is spooled', async () => {
  const refused = new LandingFailed('no such table.', 'Make it.', { cause: null, transient: false });
  const outbox = await open(async () => Promise.reject(refused));
  await expect(outbox.put([1])).rejects.toBe(refused);
  expect(outbox.state()).toMatchObject({ spooledRows: 0, failures: 1, trouble: null });
  await outbox.close();
});
