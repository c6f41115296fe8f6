// The process that trains: what it computes for seconds keeps neither the engine nor the API waiting, and its memory goes with it.
import { setPriority } from 'node:os';
import { systemClock } from '../../../engine/clock.ts';
import { availableAlgorithms } from '../../models/algorithms.ts';
import { ModelError, said } from '../../models/errors.ts';
import { ownerPool } from '../../ownerPool.ts';
import { openRegistry } from '../../registry/openRegistry.ts';
import { retrain } from '../retrain.ts';
import type { TrainingNews, TrainingOrder, TrainingSummary } from './messages.ts';

/** Behind everything that has to be on time. */
const NICENESS = 10;

const calledOff = new AbortController();
process.on('SIGTERM', () => calledOff.abort());
// Ctrl-C reaches the whole group of processes; the parent decides.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(1));
process.once('message', (order) => {
  void answer(order as TrainingOrder).finally(() => process.disconnect());
});

async function answer(order: TrainingOrder): Promise<void> {
  try {
    setPriority(NICENESS);
    await tell({ kind: 'done', summary: await train(order) });
  } catch (error) {
    const { code, remedy } =
      error instanceof ModelError
        ? error
        : { code: 'training-broken', remedy: 'The log of the database may say more.' };
    await tell({ kind: 'failed', code, message: said(error), remedy });
  }
}

async function train({
  url,
  registry: places,
  libraries,
  expiryMs,
  request,
}: TrainingOrder): Promise<TrainingSummary> {
  const clock = systemClock;
  const pool = ownerPool(url, 'tickwave training', 3);
  const algorithms = await availableAlgorithms(libraries, request.settings.tuning?.parallel ?? 1);
  try {
    const { model, evaluation, baseline, rows } = await retrain(
      {
        pool,
        registry: openRegistry(pool, places, clock),
        algorithms,
        clock,
        dataDir: places.dataDir,
        expiryMs,
      },
      request,
      {
        signal: calledOff.signal,
        progress: (share, message) => void tell({ kind: 'progress', share, message }),
      },
    );
    const { name, version, algorithm } = model;
    const { pooled, againstPersistence } = evaluation;
    const figures = { skill: pooled.skill, pValue: againstPersistence.pValue, rows };
    return { name, version, algorithm, ...figures, baseline: baseline?.version ?? null };
  } finally {
    await algorithms.close();
    await pool.end();
  }
}

function tell(news: TrainingNews): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(news, () => resolve());
  });
}
