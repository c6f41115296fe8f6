import type { ChangeSource, KeysListener, RowKey } from '../api/stream/changeSource.ts';
import type { Catalog } from '../engine/catalog/catalog.ts';
import type { ChangeTeller, ViewKeeper } from '../engine/keeper.ts';
import type { RowChange, ViewChanges } from '../engine/postgres/feed.ts';

/** Gives the engine, or who speaks for it, and each one that takes its place. */
export interface EngineHolder<Told extends ChangeTeller = ViewKeeper> {
  onEngine(listener: (engine: Told) => void): () => void;
}

/**
 * Refreshes after which everything has to be read again when one begins to follow: the one that was running then told nothing,
 * and the one after it may be the first that looks at a landing table.
 */
const FIRST_REFRESHES = 2;

interface Following {
  readonly relation: string;
  readonly listener: KeysListener;
  end: () => void;
}

/** The engine's change feed, as streams want it: which rows of any table or view are to be read again after a refresh. */
export class EngineChanges implements ChangeSource {
  readonly #followings = new Set<Following>();
  readonly #end: () => void;
  #engine: ChangeTeller | null = null;

  constructor(holder: EngineHolder<ChangeTeller>) {
    this.#end = holder.onEngine((engine) => {
      this.#engine = engine;
      // A new engine caught up on its own, and told nobody what that changed.
      for (const following of this.#followings) this.#follow(following, engine);
    });
  }

  subscribe(relation: string, listener: KeysListener): () => void {
    const following: Following = { relation, listener, end: () => {} };
    this.#followings.add(following);
    if (this.#engine) this.#follow(following, this.#engine);
    return () => {
      this.#followings.delete(following);
      following.end();
    };
  }

  stop(): void {
    this.#end();
    for (const { end } of this.#followings) end();
    this.#followings.clear();
  }

  #follow(following: Following, engine: ChangeTeller): void {
    following.end();
    const { relation, listener } = following;
    let keys = new Map<string, RowKey>();
    let everything = FIRST_REFRESHES;
    const ends = followed(engine.catalog, relation).map(({ name, columns }) =>
      engine.subscribe(name, ({ changes, truncated = false }: ViewChanges) => {
        if (truncated) everything = Math.max(everything, 1);
        for (const change of changes) {
          const key = keyOf(change, columns);
          keys.set(JSON.stringify(key), key);
        }
      }),
    );
    // All views of a refresh together, so that a row which several of them changed is read once.
    ends.push(
      engine.onRefresh(() => {
        if (everything > 0) listener(null);
        else if (keys.size > 0) listener([...keys.values()]);
        if (everything > 0) everything--;
        keys = new Map();
      }),
    );
    following.end = () => {
      for (const end of ends) end();
    };
  }
}

interface Followed {
  readonly name: string;
  /** Columns that lead from a row of it to the rows of the relation. */
  readonly columns: readonly string[];
}

/**
 * What has to be followed for a relation: itself when it is stored; for a plain view what it reads, as far as the keys have the
 * time in common, by which few rows are meant.
 */
export function followed(catalog: Catalog, relation: string): readonly Followed[] {
  const object = catalog.get(relation);
  if (object.kind !== 'view') return [{ name: relation, columns: object.key }];
  const { time } = object.header;
  return object.inputs.flatMap((input) =>
    followed(catalog, input).flatMap(({ name, columns }) => {
      const shared = columns.filter((column) => object.key.includes(column));
      return time !== null && shared.includes(time) ? [{ name, columns: shared }] : [];
    }),
  );
}

function keyOf({ key }: RowChange, columns: readonly string[]): RowKey {
  return Object.fromEntries(columns.map((column) => [column, told(key[column])]));
}

function told(value: unknown): string | number | null {
  if (value instanceof Date) return value.toISOString().replace(/\.?0+Z$/, 'Z');
  return typeof value === 'number' || value === null || value === undefined ? (value ?? null) : String(value);
}
