/**
 * Says which row of a relation is meant: values of its key's columns, or of some of them, then all rows that have them.
 * Times are ISO text as REST sends them, whole numbers may be text.
 */
export type RowKey = Readonly<Record<string, string | number | null>>;

/** Told the keys of rows that changed, once they can be read; null: any may have changed, for they were too many to tell or were missed. */
export type KeysListener = (keys: readonly RowKey[] | null) => void;

/** Where changes are heard of: the engine in this process, or a subscription of the database. */
export interface ChangeSource {
  /** Follows a table or view from now on; returns the function that ends it. */
  subscribe(relation: string, listener: KeysListener): () => void;
}
