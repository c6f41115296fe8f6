import { printDiff } from '../../engine/versions/lineDiff.ts';
import type { ObjectChange, Plan } from '../../engine/versions/plan.ts';
import { count, duration } from '../progress.ts';

const SIGNS = { added: '+', removed: '-', changed: '~', affected: '·' } as const;

/** A plan as lines for people. */
export function describePlan(plan: Plan, { diff }: { readonly diff: boolean }): string[] {
  if (plan.changes.length === 0) return ['nothing to do: what is deployed is what sql/ says'];
  return [
    ...plan.changes.flatMap((change) => describeChange(change, diff)),
    '',
    summary(plan),
    ...plan.refusals.map((reason) => `can't be applied beside the running version: ${reason}`),
  ];
}

function describeChange(change: ObjectChange, diff: boolean): string[] {
  const { name, kind, what, columns, consumers, cost } = change;
  const parts = [
    ...columns.added.map((column) => `+${column}`),
    ...columns.removed.map((column) => `-${column}`),
  ];
  return [
    `${SIGNS[what]} ${name} (${kind}): ${what}, ${change.class}: ${change.why}`,
    ...(what === 'changed' && parts.length > 0 ? [`    columns  ${parts.join(' ')}`] : []),
    ...(cost === null ? [] : [`    builds   about ${count(cost.rows)} rows${time(cost.seconds)}`]),
    ...grouped(change).map((line, index) => `    ${index === 0 ? 'read by ' : '        '} ${line}`),
    ...(diff && consumers !== null ? printDiff(change.lines).map((line) => `    ${line}`) : []),
  ];
}

/** `alert: a, b` */
function grouped({ consumers, columns }: ObjectChange): string[] {
  const kinds = [...new Set(consumers.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const names = consumers
      .filter((one) => one.kind === kind)
      .map((one) => {
        const lost = one.columns?.filter((column) => columns.removed.includes(column)) ?? [];
        return lost.length > 0 ? `${one.name} (needs ${lost.join(', ')})` : one.name;
      });
    return `${kind}: ${[...new Set(names)].join(', ')}`;
  });
}

function summary({ changes, cost, ...plan }: Plan): string {
  const built = changes.filter((change) => change.built).length;
  const many = (what: ObjectChange['what']): string =>
    `${changes.filter((change) => change.what === what).length} ${what}`;
  return (
    `${many('added')}, ${many('changed')}, ${many('removed')}, ${many('affected')}; ${plan.class}; ` +
    `${built} view${built === 1 ? '' : 's'} to build, about ${count(cost.rows)} rows${time(cost.seconds)}`
  );
}

function time(seconds: number | null): string {
  return seconds === null ? '' : `, ${seconds < 1 ? 'under a second' : duration(seconds)}`;
}
