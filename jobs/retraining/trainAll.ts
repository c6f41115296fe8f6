import { said } from '../models/errors.ts';
import type { Job } from '../schedule/runner.ts';
import { TrainingRefused } from './errors.ts';
import type { TrainingOrder, TrainingSummary } from './process/messages.ts';
import { trainInProcess } from './process/train.ts';
import type { RetrainRequest } from './request.ts';

/** What a job trains with: all of an order but the request. */
export type TrainingPlatform = Omit<TrainingOrder, 'request'>;

/**
 * A job that trains models one after the other, each in a process of its own. One that cannot be trained leaves the others to go on.
 *
 * @param onTrained told of each model that was registered
 */
export function trainingJob(
  platform: TrainingPlatform,
  requests: readonly RetrainRequest[],
  onTrained: (summary: TrainingSummary) => Promise<void> = async () => {},
): Job {
  return async ({ signal, progress }) => {
    const sentences: string[] = [];
    const refused: unknown[] = [];
    for (const [index, request] of requests.entries()) {
      const part = (share: number, message: string): void =>
        progress((index + share) / requests.length, `${request.name}: ${message}`);
      try {
        const summary = await trainInProcess({ ...platform, request }, { signal, progress: part });
        await onTrained(summary);
        sentences.push(describeSummary(summary));
      } catch (error) {
        if (!(error instanceof TrainingRefused)) throw error;
        refused.push(error);
        sentences.push(`${request.name}: ${said(error)}`);
      }
    }
    if (refused.length > 0 && refused.length === requests.length) throw refused[0];
    if (requests.length === 0) return 'None of the models that were asked for is configured.';
    return sentences.join(' ');
  };
}

/** One sentence on a training. */
export function describeSummary({ name, version, algorithm, rows, skill, pValue }: TrainingSummary): string {
  const found = skill !== null && skill > 0 && pValue <= 0.05 ? 'skill' : 'no skill';
  return `${name} ${version} (${algorithm}, ${rows} rows): ${found} against no change, ${skill?.toPrecision(3) ?? 'not defined'} (p = ${pValue.toPrecision(2)}).`;
}
