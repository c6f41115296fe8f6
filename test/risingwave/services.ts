import type { Beside } from './servicesSuite.ts';

/** What the suite uses beside RisingWave; null where it is not there. */
export interface Services {
  readonly kafkaBrokers: string | null;
  /** An Elasticsearch whose `tickwave-*` may be deleted. */
  readonly elasticsearchUrl: string | null;
  readonly mlflowUrl: string | null;
}

export function servicesOf(environment: NodeJS.ProcessEnv = process.env): Services {
  return {
    kafkaBrokers: environment.TEST_KAFKA_BROKERS || null,
    elasticsearchUrl: environment.TEST_ELASTICSEARCH_URL || null,
    mlflowUrl: environment.TEST_MLFLOW_URL || null,
  };
}

/** The same for the suite of what stands beside. */
export function beside({ elasticsearchUrl, mlflowUrl }: Services): Beside {
  const given = (url: string | null): (() => string) | null => (url === null ? null : () => url);
  return { elasticsearch: given(elasticsearchUrl), mlflow: given(mlflowUrl) };
}

/** What a run is going to show, and what not: one line each. */
export function describeServices(risingwave: string | null, services: Services): string {
  const parts: readonly (readonly [string, string, string | null])[] = [
    [
      'TEST_RISINGWAVE_URL',
      'apply, every view, changing a view under load, start, engine, subscriptions, restart',
      risingwave,
    ],
    ['TEST_KAFKA_BROKERS', 'Kafka behind landing tables', services.kafkaBrokers],
    ['TEST_ELASTICSEARCH_URL', 'the monitoring index in Elasticsearch', services.elasticsearchUrl],
    ['TEST_MLFLOW_URL', 'the registry with MLflow', services.mlflowUrl],
  ];
  const lines = parts.map(([name, what, value]) => {
    const runs = value !== null && risingwave !== null;
    return `${(runs ? 'runs' : 'SKIPPED').padEnd(8)} ${name.padEnd(23)} ${what}${value === null ? ': not set' : ''}`;
  });
  return ['Parity with RisingWave:', ...lines].join('\n  ');
}
