import { Command } from 'commander';
import type { Context } from '../context.ts';
import { fetchVerb } from './fetch.ts';

/** `tickwave models` */
export function models(context: Context): Command {
  const command = new Command('models').description('the libraries that models need');
  const fetching = fetchVerb(context);
  return command.addCommand(fetching.copyInheritedSettings(command));
}
