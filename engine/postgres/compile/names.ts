/** Names of what the engine makes for one relation. Temporary tables live for a session, their rows for one refresh. */
export const names = {
  refresh: (view: string) => `refresh_${view}`,
  /** Touched ranges, before they are merged. */
  raw: (view: string) => `touched_${view}`,
  /** Disjoint slices to compute. */
  slices: (view: string) => `slice_${view}`,
  /** Keys of rows that changed in this refresh. */
  changes: (relation: string) => `change_${relation}`,
  /** What is put off until the view's freshness runs out. */
  postponed: (view: string) => `engine.postponed_${view}`,
  /** Slices to compute that no change touched: of a view that is being built. */
  seeds: (view: string) => `seed_${view}`,
  /** Partitions of a view that is being built. */
  todo: (view: string) => `engine.todo_${view}`,
  /** Parts of long frames, for the newest row of each partition. */
  memory: (view: string) => `engine.memory_${view}`,
  /** What writers touched since the last refresh. */
  marks: (table: string) => `mark_${table}`,
  capture: (table: string) => `capture_${table}`,
};
