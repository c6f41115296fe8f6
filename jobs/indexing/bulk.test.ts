import { afterEach, describe, expect, test } from '@jest/globals';
import { ManualClock } from '../../test/support/manualClock.ts';
import { batches, type Write, writeAll } from './bulk.ts';
import { IndexOutrun, IndexUnavailable } from './errors.ts';
import { type Answering, StandIn } from './testing/standIn.ts';

const never = new AbortController().signal;
let standIn: StandIn | null = null;
afterEach(async () => {
  await standIn?.stop();
  standIn = null;
});

function writes(count: number, bytes = 10): Write[] {
  return Array.from({ length: count }, (_, n) => ({
    index: 'i',
    id: `${n}`,
    json: `{"x":"${'x'.repeat(bytes)}"}`,
  }));
}

/** The ids of a bulk request, in order. */
function idsOf(body: string): string[] {
  return [...body.matchAll(/"_id":"(\d+)"/g)].map((match) => match[1] ?? '');
}

/** Runs a bulk of `count` documents against the rules; gives what was rejected and the ids of each request. */
async function run(count: number, answering: Answering) {
  standIn = await StandIn.start(answering);
  const clock = new ManualClock(0);
  const rejected = await clock.runUntil(writeAll(standIn.client, clock, writes(count), 7, never));
  return { rejected, requests: standIn.asked.map(({ body }) => idsOf(body)), clock };
}

/** An answer by a rule for each document: null is good. */
function byDocument(rule: (id: string) => { status: number; type: string } | null): Answering {
  return ({ body }) => ({
    status: 200,
    body: {
      errors: true,
      items: idsOf(body).map((id) => {
        const bad = rule(id);
        const error = bad === null ? {} : { error: { type: bad.type, reason: 'because' } };
        return { index: { _id: id, status: bad?.status ?? 201, ...error } };
      }),
    },
  });
}

describe('requests', () => {
  test('are bounded by number and by bytes, and keep the order', () => {
    expect([...batches(writes(2_500))].map((batch) => batch.length)).toEqual([1000, 1000, 500]);
    expect([...batches(writes(5, 1_500_000))].map((batch) => batch.length)).toEqual([2, 2, 1]);
    expect([...batches(writes(2, 9_000_000))].map((batch) => batch.length)).toEqual([1, 1]);
    expect([...batches(writes(2_500))].flat().map(({ id }) => id)).toEqual(writes(2_500).map(({ id }) => id));
  });

  test('carry the version, so that nothing newer is overwritten', async () => {
    await run(
      1,
      byDocument(() => null),
    );
    expect(standIn?.asked[0]?.body).toContain('"version":7,"version_type":"external_gte"');
  });
});

describe('documents', () => {
  test('that are put off are sent again, alone and later', async () => {
    const tries = new Map<string, number>();
    const { rejected, requests, clock } = await run(
      4,
      byDocument((id) => {
        tries.set(id, (tries.get(id) ?? 0) + 1);
        return Number(id) % 2 === 1 && (tries.get(id) ?? 0) < 3
          ? { status: 429, type: 'es_rejected_execution_exception' }
          : null;
      }),
    );
    expect(requests).toEqual([
      ['0', '1', '2', '3'],
      ['1', '3'],
      ['1', '3'],
    ]);
    expect(rejected).toEqual([]);
    expect(clock.now()).toBe(300);
  });

  test('that are put off for too long are an error that says so', async () => {
    const full = byDocument(() => ({ status: 429, type: 'cluster_block_exception' }));
    await expect(run(1, full)).rejects.toThrow(IndexUnavailable);
    expect(standIn?.asked).toHaveLength(6);
  });

  test('that are wrong are rejected with their reason, and the others go through', async () => {
    const { rejected, requests } = await run(
      3,
      byDocument((id) => (id === '1' ? { status: 400, type: 'document_parsing_exception' } : null)),
    );
    expect(requests).toHaveLength(1);
    expect(rejected.map(({ write, reason }) => [write.id, reason])).toEqual([
      ['1', 'document_parsing_exception: because'],
    ]);
  });

  test('of which a newer one is there end the attempt', async () => {
    const newer = byDocument(() => ({ status: 409, type: 'version_conflict_engine_exception' }));
    await expect(run(1, newer)).rejects.toThrow(IndexOutrun);
  });

  test('that are too much for a proxy are sent in halves, and one that is alone is rejected', async () => {
    const { rejected, requests } = await run(5, (asked) => {
      const ids = idsOf(asked.body);
      return ids.length > 2 || ids.includes('3') ? { status: 413, body: {} } : byDocument(() => null)(asked);
    });
    expect(rejected.map(({ write }) => write.id)).toEqual(['3']);
    expect(requests.filter((ids) => ids.length <= 2 && !ids.includes('3')).flat()).toEqual([
      '0',
      '1',
      '2',
      '4',
    ]);
  });
});
