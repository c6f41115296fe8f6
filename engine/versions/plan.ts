import type { Catalog } from '../catalog/catalog.ts';
import type { ObjectKind } from '../catalog/object.ts';
import type { ChangeClass, ColumnDiff } from './classify.ts';
import { byClass, Comparison } from './comparison.ts';
import type { DiffLine } from './lineDiff.ts';
import { refusals } from './refusals.ts';

/** Something outside the views that reads one of them. */
export interface Consumer {
  /** As `model`, `api`, `sink`, `dbt`, `alert`. */
  readonly kind: string;
  readonly name: string;
  /** The view or table that it reads. */
  readonly reads: string;
  /** Columns that it needs; null when that is not known: then any. */
  readonly columns: readonly string[] | null;
}

/** What building a view costs, from what is stored and how long it took before. */
export interface Cost {
  readonly rows: number;
  /** Null when no build was measured yet. */
  readonly seconds: number | null;
}

/** One object that differs, or whose rows may. */
export interface ObjectChange {
  readonly name: string;
  readonly kind: ObjectKind;
  readonly file: string;
  /** `affected` reads something that changed, and is itself written as before. */
  readonly what: 'added' | 'removed' | 'changed' | 'affected';
  readonly class: ChangeClass;
  readonly why: string;
  readonly columns: ColumnDiff;
  /** Columns that stay and mean something else than before: their values or rows may differ. */
  readonly differing: readonly string[];
  readonly lines: readonly DiffLine[];
  /** It is built anew beside the one that runs. */
  readonly built: boolean;
  readonly cost: Cost | null;
  readonly consumers: readonly Consumer[];
}

/** What applying a folder of sql/ would do. */
export interface Plan {
  readonly changes: readonly ObjectChange[];
  /** The dearest class of all. Null when nothing differs. */
  readonly class: ChangeClass | null;
  readonly cost: Cost;
  /** Why it can't be built beside the running version; empty when it can. */
  readonly refusals: readonly string[];
}

export interface PlanOptions {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly consumers?: readonly Consumer[];
  readonly costOf?: (view: string, reads: readonly string[]) => Cost;
}

/**
 * Compares what is deployed with what is to be.
 *
 * @example
 * const plan = planChanges({ before: deployed, after: await loadCatalog('sql') });
 * plan.changes.map(({ name, what, class: kind }) => `${name} ${what} ${kind}`);
 */
export function planChanges(options: PlanOptions): Plan {
  return summed(new Comparison(options).changes(), refusals(options.before, options.after));
}

function summed(changes: readonly ObjectChange[], refused: readonly string[]): Plan {
  const costs = changes.flatMap(({ cost }) => cost ?? []);
  const unknown = costs.some(({ seconds }) => seconds === null);
  return {
    changes,
    class: [...changes].sort(byClass)[0]?.class ?? null,
    cost: {
      rows: costs.reduce((sum, { rows }) => sum + rows, 0),
      seconds: unknown ? null : costs.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0),
    },
    refusals: refused,
  };
}
