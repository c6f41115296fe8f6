// The thread that trains. The libraries keep the text of their last error a thread, so everything here is a plain call.
import { parentPort } from 'node:worker_threads';
import { ModelError, said } from '../errors.ts';
import { trainLightgbm } from '../lightgbm/train.ts';
import { trainXgboost } from '../xgboost/train.ts';
import { Control } from './control.ts';
import type { TrainingAnswer, TrainingRequest } from './job.ts';

parentPort?.on('message', async (request: TrainingRequest) => {
  const { answer, moved } = await answerTo(request);
  parentPort?.postMessage(answer, moved);
});

async function answerTo(
  request: TrainingRequest,
): Promise<{ readonly answer: TrainingAnswer; readonly moved: ArrayBuffer[] }> {
  const { job, rounds } = request;
  const train = job.library === 'xgboost' ? trainXgboost : trainLightgbm;
  const onRound = (done: number, loss: number | null): void => {
    if (rounds) tell({ kind: 'round', rounds: done, loss });
  };
  try {
    const trained = await train(job, new Control(request.control), onRound);
    const { buffer } = trained.model;
    return {
      answer: { kind: 'trained', trained },
      moved: buffer instanceof ArrayBuffer ? [buffer] : [],
    };
  } catch (error) {
    const { code, remedy } =
      error instanceof ModelError ? error : { code: 'training-broken', remedy: 'Please report it.' };
    return { answer: { kind: 'failed', code, message: said(error), remedy }, moved: [] };
  }
}

function tell(answer: TrainingAnswer): void {
  parentPort?.postMessage(answer);
}
