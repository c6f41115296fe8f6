import type { LibraryPlaces } from '../../models/library/places.ts';
import type { RegistryPlaces } from '../../registry/openRegistry.ts';
import type { RetrainRequest } from '../request.ts';

/** What the training process is asked: the first message it gets. Plain data. */
export interface TrainingOrder {
  /** Address of the database, as its owner. */
  readonly url: string;
  readonly registry: RegistryPlaces;
  readonly libraries: LibraryPlaces;
  readonly expiryMs: number;
  readonly request: RetrainRequest;
}

/** What a training came to, in a few figures. */
export interface TrainingSummary {
  readonly name: string;
  readonly version: number;
  readonly algorithm: string;
  readonly rows: number;
  /** Against predicting no change, on rows that it had not seen; null where nothing moved. */
  readonly skill: number | null;
  readonly pValue: number;
  /** Version of the baseline that became champion; null when one was not needed. */
  readonly baseline: number | null;
}

/** What it tells. The last one is `done` or `failed`. */
export type TrainingNews =
  | { readonly kind: 'progress'; readonly share: number; readonly message: string }
  | { readonly kind: 'done'; readonly summary: TrainingSummary }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly remedy: string };
