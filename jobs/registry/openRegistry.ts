import { join } from 'node:path';
import type { Pool } from 'pg';
import type { Clock } from '../../engine/clock.ts';
import { LocalRegistry } from './localRegistry.ts';
import { MlflowRegistry } from './mlflow/registry.ts';
import type { Registry } from './registry.ts';

export interface RegistryPlaces {
  /** Folder of the data: models are kept in its `models`. */
  readonly dataDir: string;
  /** Address of MLflow, which keeps the models then; null to keep them in the folder. */
  readonly mlflowUri: string | null;
}

/** The registry that the settings ask for. */
export function openRegistry(pool: Pool, { dataDir, mlflowUri }: RegistryPlaces, clock: Clock): Registry {
  return mlflowUri === null
    ? new LocalRegistry({ pool, folder: join(dataDir, 'models'), clock })
    : new MlflowRegistry({ pool, uri: mlflowUri, clock });
}
