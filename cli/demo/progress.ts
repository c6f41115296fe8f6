import type { DemoProgress } from '../../jobs/demo/options.ts';
import type { Context } from '../context.ts';

const WORDS: Readonly<Record<DemoProgress['stage'], string>> = {
  loading: 'loading',
  training: 'training',
  replaying: 'replaying and scoring',
};

/** A bar for each stage of a demonstration. */
export function showProgress(context: Context): {
  readonly at: (progress: DemoProgress) => void;
  readonly end: () => void;
} {
  const progress = context.progress();
  let stage: DemoProgress['stage'] | null = null;
  return {
    at(now) {
      if (now.stage !== stage) {
        if (stage !== null) progress.end();
        stage = now.stage;
        progress.begin(WORDS[stage], now.total, stage === 'training' ? 'models' : 'rows');
      }
      progress.at(now.done, { note: now.note });
    },
    end: () => progress.end(),
  };
}
