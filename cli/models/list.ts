import { Command } from 'commander';
import type { RegisteredModel } from '../../jobs/registry/registeredModel.ts';
import type { Context } from '../context.ts';
import { figure, table, withRegistry } from './registry.ts';

/** `tickwave models list` */
export function listVerb(context: Context): Command {
  return new Command('list')
    .description('every version with its alias and how good it was on rows that it had not seen')
    .argument('[name]', 'only this model, as return-5m')
    .option('--json', 'as JSON')
    .action(async (name: string | undefined, flags: { readonly json?: true }) => {
      const { terminal } = context;
      const models = await withRegistry(context, (registry) => registry.list(name ?? null));
      if (flags.json === true) terminal.print(JSON.stringify(models));
      else if (models.length === 0)
        terminal.print(
          'No model is registered yet. `tickwave train` trains one; `tickwave start` does by schedule.',
        );
      else for (const line of table([HEADS, ...models.map(cells)])) terminal.print(line);
    });
}

const HEADS = ['model', 'version', 'alias', 'algorithm', 'trained to', 'rows', 'skill', 'p', 'created'];

function cells(model: RegisteredModel): readonly string[] {
  const { name, version, alias, algorithm, trainedTo, metrics, createdAt, artifact, changedFeatures } = model;
  return [
    name,
    String(version),
    `${alias ?? (artifact === null ? 'pruned' : '-')}${changedFeatures === null ? '' : ', features changed'}`,
    algorithm,
    trainedTo.slice(0, 16),
    figure(metrics.rows),
    figure(metrics.skill),
    figure(metrics.skill_p_value),
    createdAt.slice(0, 16),
  ];
}
