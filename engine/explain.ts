import type { Catalog } from './catalog/catalog.ts';
import type { CatalogObject } from './catalog/object.ts';
import { explainInput, type InputExplanation } from './explain/input.ts';
import { formOf } from './postgres/compile/form.ts';
import { refreshFunction } from './postgres/compile/refreshFunction.ts';
import { type Layout, layOut } from './postgres/deploy/plan.ts';

/** What a change costs, from cheap to dear: the rows that changed, those that windows reach over, a partition, everything. */
export const COSTS = ['O(rows of slice)', 'O(rows of slice + reach)', 'O(partition)', 'O(view)'] as const;

/** How the cost of a refresh grows. */
export type Cost = (typeof COSTS)[number];

/** How the rows of a slice are computed. */
export interface FormExplanation {
  readonly kind: 'plain' | 'windows' | 'rows';
  /** For people. */
  readonly text: string;
  /** Why the cheaper form is not possible. */
  readonly why: string | null;
}

/** How a stored view is kept up to date. */
export interface StoredExplanation {
  /** Columns that split the view into independently computed parts. */
  readonly partition: readonly string[];
  /** The column that slices a partition by time; null when slices are whole partitions. */
  readonly sliceTime: string | null;
  readonly inputs: readonly InputExplanation[];
  readonly form: FormExplanation;
  /** The dearest of its inputs. */
  readonly cost: Cost;
  /** Where slices are not narrow, and why. */
  readonly fallbacks: readonly string[];
}

/** What there is to say of a table or view of sql/. */
export interface Explanation {
  readonly name: string;
  readonly kind: CatalogObject['kind'];
  readonly file: string;
  readonly summary: string;
  readonly grain: readonly string[];
  readonly time: string | null;
  /** How old its newest rows may get before they are refreshed; null is at once. */
  readonly freshnessMs: number | null;
  readonly reads: readonly string[];
  readonly readBy: readonly string[];
  /** Null for what is not stored. */
  readonly stored: StoredExplanation | null;
}

/**
 * Says how a view is kept up to date, from the SQL alone.
 *
 * @example
 * explainView(await loadCatalog('sql'), 'candles_1m').stored?.cost; // 'O(rows of slice + reach)'
 * @throws UnknownObjectError with the nearest names
 */
export function explainView(catalog: Catalog, name: string): Explanation {
  const object = catalog.get(name);
  return {
    name,
    kind: object.kind,
    file: object.file,
    summary: object.header.summary,
    grain: object.key,
    time: object.header.time,
    freshnessMs: object.header.freshnessMs,
    reads: [...new Set(object.inputs)],
    readBy: [...new Set(catalog.readers(name).map((reader) => reader.name))],
    stored: object.kind === 'materialized view' ? explainStored(object, catalog) : null,
  };
}

/** The function by which the embedded engine refreshes a stored view; null for what is not stored. */
export function refreshSql(catalog: Catalog, name: string): string | null {
  const object = catalog.get(name);
  return object.kind === 'materialized view' ? refreshFunction(layoutOf(catalog).compilation(object)) : null;
}

const layouts = new WeakMap<Catalog, Layout>();

/** Every rule of a catalog is derived at once, so that is done once. */
function layoutOf(catalog: Catalog): Layout {
  const known = layouts.get(catalog) ?? layOut(catalog);
  layouts.set(catalog, known);
  return known;
}

function explainStored(view: CatalogObject, catalog: Catalog): StoredExplanation {
  const { rule } = layoutOf(catalog).compilation(view);
  const inputs = rule.leaves.map((leaf) => explainInput(leaf, rule));
  const cost = COSTS.findLast((candidate) => inputs.some((input) => input.cost === candidate)) ?? 'O(view)';
  const notes = inputs.flatMap((input) => input.notes.map((note) => `${input.relation}: ${note}`));
  return {
    partition: rule.partition,
    sliceTime: rule.time,
    inputs,
    form: explainForm(rule, catalog),
    cost,
    fallbacks: [...new Set(notes)],
  };
}

function explainForm(rule: Parameters<typeof formOf>[0], catalog: Catalog): FormExplanation {
  const form = formOf(rule, catalog);
  if (form.kind === 'plain') return { kind: 'plain', text: 'the query over the slice', why: null };
  if (form.kind === 'windows')
    return {
      kind: 'windows',
      text: 'the query over the slice and the rows its windows reach',
      why: form.why,
    };
  const longest = Math.max(0, ...form.block.calls.map((call) => call.back));
  return {
    kind: 'rows',
    text: `short slices row by row, each from its last ${longest + 1} rows; long slices by windows`,
    why: null,
  };
}
