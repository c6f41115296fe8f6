import { z } from 'zod';
import { later, type Variable } from '../variable.ts';

/** Services beside Tickwave. */
export const OUTSIDE = {
  ELASTICSEARCH_URL: later('Elasticsearch for the monitoring index.', 'an address'),
  MLFLOW_TRACKING_URI: {
    about: 'MLflow server that keeps the models instead of DATA_DIR. It has to serve artifacts itself.',
    standard: null,
    allowed: 'an address such as http://localhost:5000 or https://user:password@host',
    schema: z.url({ protocol: /^https?$/ }),
    secret: true,
  } satisfies Variable<string>,
} as const;
