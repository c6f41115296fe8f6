import type { Deployment, DeploymentState, Wanted } from '../../engine/versions/deployment.ts';
import type { Versions } from '../../engine/versions/versions.ts';
import type { Context } from '../context.ts';
import { owner } from './place.ts';

/** Brings a version to a state, and shows how far it is. */
export async function bring(
  { progress, terminal }: Context,
  versions: Versions,
  id: number,
  wanted: Wanted | null,
  states: readonly DeploymentState[],
  signal?: AbortSignal,
): Promise<Deployment> {
  const bar = progress();
  let begun = false;
  try {
    return await versions.bring(id, wanted, owner(), states, {
      ...(signal === undefined ? {} : { signal }),
      tell: ({ rows, share, note }) => {
        if (!begun) bar.begin('building', null, 'rows');
        begun = true;
        bar.at(rows, { share, note });
      },
      waits: (message) => terminal.say(`waiting: ${message}`),
    });
  } finally {
    if (begun) bar.end();
  }
}
