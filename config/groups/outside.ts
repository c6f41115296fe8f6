import { z } from 'zod';
import { later } from '../variable.ts';

const port = z.number().int().min(1).max(65_535);

/** Services beside Tickwave. */
export const OUTSIDE = {
  KAFKA_BROKERS: later('Kafka brokers that trades come from.', 'host:port, or several with commas'),
  ELASTICSEARCH_URL: later('Elasticsearch for the monitoring index.', 'an address'),
  MLFLOW_TRACKING_URI: later('MLflow for the models.', 'an address'),
} as const;
