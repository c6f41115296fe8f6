/** What came of sending a message. Plain data; `said` has no secrets. */
export type Outcome =
  | { readonly kind: 'sent'; readonly said: string }
  /** Worth another try, not before `afterMs` when the destination has asked for that. */
  | { readonly kind: 'later'; readonly said: string; readonly afterMs: number | null }
  /** It will not be taken, however often it is tried. */
  | { readonly kind: 'refused'; readonly said: string };
