import { Command } from 'commander';
import type { Decision, RegisteredModel } from '../../jobs/registry/registeredModel.ts';
import type { Context } from '../context.ts';
import { figure, table, versionOf, withRegistry } from './registry.ts';

const MOST_DECISIONS = 20;

/** `tickwave models show` */
export function showVerb(context: Context): Command {
  return new Command('show')
    .description('one version: what it was trained on, how good it was, and what was decided about it')
    .argument('<name>', 'as return-5m')
    .argument('[version]', 'a number, champion or challenger', versionOf, 'champion')
    .option('--json', 'as JSON')
    .action(async (name: string, version: ReturnType<typeof versionOf>, flags: { readonly json?: true }) => {
      const found = await withRegistry(context, async (registry) => ({
        model: await registry.show(name, version),
        decisions: await registry.history(name, MOST_DECISIONS),
      }));
      if (flags.json === true) context.terminal.print(JSON.stringify(found));
      else for (const line of describe(found.model, found.decisions)) context.terminal.print(line);
    });
}

function describe(model: RegisteredModel, decisions: readonly Decision[]): readonly string[] {
  const { name, version, alias, algorithm, horizonMinutes } = model;
  const facts = [
    ['alias', alias ?? 'none: it does not predict'],
    ['algorithm', algorithm],
    ['horizon', `${horizonMinutes} minutes`],
    ['trained on', `${model.trainedFrom} to ${model.trainedTo}`],
    ['created', model.createdAt],
    ['files', model.artifact ?? 'pruned'],
    ['dataset', model.datasetHash],
    ['SQL', model.sqlHash],
    ...(model.changedFeatures === null
      ? []
      : [
          [
            'changed since',
            `${model.changedFeatures.join(', ')}: it does not predict from features that it was not trained on`,
          ],
        ]),
    ['features', `${model.featureNames.length}: ${model.featureNames.join(', ')}`],
  ];
  const given = Object.entries(model.parameters).map(([key, value]) => [`  ${key}`, String(value)]);
  const metrics = Object.entries(model.metrics).map(([key, value]) => [`  ${key}`, figure(value)]);
  return [
    `${name} ${version}`,
    ...table(facts),
    'on rows that it had not seen',
    ...table(metrics),
    'parameters',
    ...table(given),
    'decisions about this name, the newest first',
    ...decisions.map(
      ({ decidedAt, version: about, action, reasons }) =>
        `  ${decidedAt.slice(0, 16)}  ${about} ${action}: ${reasons.join(' ')}`,
    ),
  ];
}
