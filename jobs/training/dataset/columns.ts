import type { ClientBase } from 'pg';
import { columnsOf } from '../../columns.ts';
import { UnknownFeature } from '../errors.ts';

/** `training_set` says so itself: what stands between these two columns is the input of a model. */
const BEFORE = 'horizon_minutes';
const AFTER = 'forward_return';

/** The features of `training_set`, in its order. @throws UnknownFeature when it is not as described */
export async function trainingFeatures(client: ClientBase): Promise<readonly string[]> {
  const names = await columnsOf(client, 'training_set');
  const [first, last] = [names.indexOf(BEFORE), names.indexOf(AFTER)];
  if (first >= 0 && last > first + 1) return names.slice(first + 1, last);
  throw new UnknownFeature(
    `training_set has the columns ${names.join(', ')};`,
    `its features have to stand between ${BEFORE} and ${AFTER}.`,
  );
}

/** The wanted features, checked, or all of them. @throws UnknownFeature */
export async function chosenFeatures(
  client: ClientBase,
  wanted: readonly string[] | null,
): Promise<readonly string[]> {
  const all = await trainingFeatures(client);
  const unknown = wanted?.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new UnknownFeature(
      `${JSON.stringify(unknown)} is no feature of training_set;`,
      `its features are ${all.join(', ')}.`,
    );
  return wanted ?? all;
}
