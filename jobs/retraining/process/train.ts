import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { TrainingBroken, TrainingCancelled } from '../../models/errors.ts';
import type { JobControl } from '../../schedule/runner.ts';
import { TrainingRefused } from '../errors.ts';
import type { TrainingNews, TrainingOrder, TrainingSummary } from './messages.ts';

const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url));
/** Milliseconds that a training gets to end by itself once it was called off. */
const PATIENCE_MS = 10_000;

/**
 * Trains in a process of its own, at a low priority.
 *
 * @throws TrainingRefused with the words of what went wrong there; TrainingCancelled, TrainingBroken
 */
export async function trainInProcess(order: TrainingOrder, control: JobControl): Promise<TrainingSummary> {
  control.signal.throwIfAborted();
  const child = fork(CHILD, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const stop = stopper(child);
  control.signal.addEventListener('abort', stop, { once: true });
  try {
    const last = await conversation(child, order, control);
    if (control.signal.aborted)
      throw new TrainingCancelled('Training was called off;', 'start it again if it is wanted.');
    if (last?.kind === 'done') return last.summary;
    if (last?.kind === 'failed') throw new TrainingRefused(last.message, last);
    throw new TrainingBroken(
      'The process that trains ended without an answer;',
      'look at its last words above, and whether the machine ran out of memory.',
    );
  } finally {
    control.signal.removeEventListener('abort', stop);
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
}

/** Resolves to the last word of the child, null without one, when it has ended. */
async function conversation(
  child: ChildProcess,
  order: TrainingOrder,
  { progress }: JobControl,
): Promise<TrainingNews | null> {
  let last: TrainingNews | null = null;
  child.on('message', (message) => {
    last = message as TrainingNews;
    if (last.kind === 'progress') progress(last.share, last.message);
  });
  // What it said last may arrive after its exit; all of it has once the channel is closed.
  const ended = Promise.all([once(child, 'exit'), once(child, 'disconnect')]);
  // A child that is gone already says so by its exit.
  child.send(order, () => {});
  await ended;
  return last;
}

function stopper(child: ChildProcess): () => void {
  return () => {
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    child.once('exit', () => clearTimeout(kill));
  };
}
