import { Command } from 'commander';
import type { Context } from '../context.ts';
import { compareVerb } from './compare.ts';
import { fetchVerb } from './fetch.ts';
import { listVerb } from './list.ts';
import { promoteVerb, rollbackVerb } from './promote.ts';
import { showVerb } from './show.ts';

/** `tickwave models` */
export function models(context: Context): Command {
  const command = new Command('models').description('trained models: what there is, what predicts, and why');
  for (const verb of [listVerb, showVerb, compareVerb, promoteVerb, rollbackVerb, fetchVerb])
    command.addCommand(verb(context).copyInheritedSettings(command));
  return command;
}
