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
  const { name, kind, what, columns, differing, consumers, cost } = change;
  const parts =
    what === 'changed' || what === 'affected'
      ? [
          ...columns.added.map((column) => `+${column}`),
          ...columns.removed.map((column) => `-${column}`),
          ...(differing.length > 0 ? [some(differing.map((column) => `~${column}`))] : []),
        ]
      : [];
  return [
    `${SIGNS[what]} ${name} (${kind}): ${what}, ${change.class}: ${change.why}`,
    ...(parts.length > 0 ? [`    columns  ${parts.join(' ')}`] : []),
    ...(cost === null ? [] : [`    builds   about ${count(cost.rows)} rows${time(cost.seconds)}`]),
    ...grouped(change).map((line, index) => `    ${index === 0 ? 'read by ' : '        '} ${line}`),
    ...(diff && consumers !== null ? printDiff(change.lines).map((line) => `    ${line}`) : []),
  ];
}

/** Names that are looked at before the rest is only counted. */
const MOST_NAMES = 8;

function some(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return more > 0 ? `${names.slice(0, MOST_NAMES).join(' ')} and ${more} more` : names.join(' ');
}

/** `alert: a, b` */
function grouped({ consumers, columns, differing }: ObjectChange): string[] {
  const kinds = [...new Set(consumers.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const own = consumers.filter((one) => one.kind === kind);
    const names = own.map((one) => {
      const lost = one.columns?.filter((column) => columns.removed.includes(column)) ?? [];
      const other = one.columns?.filter((column) => differing.includes(column)) ?? [];
      if (kind !== 'model') return one.name;
      if (lost.length > 0) return `${one.name} (needs ${lost.join(', ')})`;
      return other.length > 0 ? `${one.name} (learned from ${some(other)})` : one.name;
    });
    // Its fields are the columns, the same wherever it shows the view.
    const fields = own.some((one) => one.columns !== null) ? [...columns.removed, ...differing] : [];
    const of = kind === 'api' && fields.length > 0 ? `; fields ${some(fields)}` : '';
    return `${kind}: ${[...new Set(names)].join(', ')}${of}`;
  });
}

function summary({ changes, cost, ...plan }: Plan): string {
  const built = changes.filter((change) => change.built).length;
  const many = (what: ObjectChange['what']): string =>
    `${changes.filter((change) => change.what === what).length} ${what}`;
  return (
    `${many('added')}, ${many('changed')}, ${many('removed')}, ${many('affected')}; ${plan.class}; ` +
    (built === 0
      ? 'nothing to build'
      : `${built} view${built === 1 ? '' : 's'} to build, about ${count(cost.rows)} rows${time(cost.seconds)}`)
  );
}

function time(seconds: number | null): string {
  return seconds === null ? '' : `, ${seconds < 1 ? 'under a second' : duration(seconds)}`;
}
