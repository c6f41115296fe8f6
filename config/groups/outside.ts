import { z } from 'zod';
import { number, optional, text, type Variable } from '../variable.ts';

/** Services beside Tickwave. */
export const OUTSIDE = {
  ELASTICSEARCH_URL: {
    about: 'Elasticsearch 8 that keeps the monitoring index. Without it, monitoring reads the tables.',
    standard: null,
    allowed: 'an address such as http://localhost:9200',
    schema: z.url({ protocol: /^https?$/ }),
    secret: true,
  } satisfies Variable<string>,
  ELASTICSEARCH_USER: optional(text('User of Elasticsearch.', '', 'a name')),
  ELASTICSEARCH_PASSWORD: { ...optional(text('Password of that user.', '', 'a password')), secret: true },
  ELASTICSEARCH_API_KEY: {
    ...optional(text('API key of Elasticsearch, instead of user and password.', '', 'a key, encoded')),
    secret: true,
  },
  MONITORING_RETENTION_DAYS: number(
    'Days of predictions, errors, accuracy and health that the monitoring index keeps.',
    '90',
    'a whole number from 1 to 250',
    z.number().int().min(1).max(250),
  ),
  MLFLOW_TRACKING_URI: {
    about: 'MLflow server that keeps the models instead of DATA_DIR. It has to serve artifacts itself.',
    standard: null,
    allowed: 'an address such as http://localhost:5000 or https://user:password@host',
    schema: z.url({ protocol: /^https?$/ }),
    secret: true,
  } satisfies Variable<string>,
} as const;
