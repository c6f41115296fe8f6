import { later } from '../variable.ts';

/** Services beside Tickwave. */
export const OUTSIDE = {
  ELASTICSEARCH_URL: later('Elasticsearch for the monitoring index.', 'an address'),
  MLFLOW_TRACKING_URI: later('MLflow for the models.', 'an address'),
} as const;
