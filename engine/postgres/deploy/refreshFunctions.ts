import { refreshFunction } from '../compile/refreshFunction.ts';
import type { Layout } from './plan.ts';

const known = new WeakMap<Layout, ReadonlyMap<string, string>>();

/** What refreshes each view, as statements by its name; thought out once a layout. */
export function refreshFunctions(layout: Layout): ReadonlyMap<string, string> {
  const before = known.get(layout);
  if (before) return before;
  const made = new Map(layout.views.map((view) => [view.name, refreshFunction(layout.compilation(view))]));
  known.set(layout, made);
  return made;
}
