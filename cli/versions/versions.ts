import { Command } from 'commander';
import type { VersionHistory } from '../../engine/versions/versions.ts';
import type { Context } from '../context.ts';
import { table } from '../models/registry.ts';
import { withVersions } from './place.ts';

/** `tickwave versions` */
export function versions(context: Context): Command {
  return new Command('versions')
    .description('versions of sql/ that were built beside the running one, by whom, and what became of them')
    .option('--json', 'as JSON, with every event and audit')
    .addHelpText('after', '\nExamples:\n  $ tickwave versions\n  $ tickwave versions --json | jq .[0].audits')
    .action(async ({ json }: { readonly json?: true }) => {
      const { terminal } = context;
      const found = await withVersions(context, (versions) => versions.history());
      if (json) terminal.print(JSON.stringify(found, null, 2));
      else if (found.length === 0) terminal.say('no version was applied yet');
      else for (const line of table([HEAD, ...found.map(rowOf)])) terminal.print(line);
    });
}

const HEAD = ['id', 'state', 'since', 'by', 'class', 'message'];

function rowOf({ id, state, changedAt, by, message, ...version }: VersionHistory): string[] {
  const since = changedAt.toISOString().slice(0, 19);
  return [String(id), state.replace('_', ' '), since, by, version.class ?? '', message ?? ''];
}
