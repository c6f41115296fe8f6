import { describe, expect, test } from '@jest/globals';
import { text, yaml } from './places.ts';

// docker-compose.yml is where a server's version is decided; what tests fetch and what Kubernetes runs is the same.

const { services } = yaml<{ readonly services: Readonly<Record<string, { readonly image: string }>> }>(
  'docker-compose.yml',
);
const versionOf = (service: string): string =>
  services[service]?.image.split(':').at(-1)?.replace(/^v/, '') ?? '';
const versionsIn = (path: string, pattern: RegExp): string[] => [
  ...new Set([...text(path).matchAll(pattern)].map(([, version = '']) => version)),
];

describe('the servers of docker-compose.yml', () => {
  test('are those that tests run against', () => {
    expect(versionsIn('.ci/elasticsearch/pom.xml', /<version>(\d+\.\d[\d.]*)</g)).toEqual([
      versionOf('elasticsearch'),
    ]);
    expect(versionsIn('.ci/mlflow.sh', /^version=(.+)$/gm)).toEqual([versionOf('mlflow')]);
  });

  test('are those of Kubernetes', () => {
    for (const service of ['redpanda', 'risingwave'])
      expect([service, ...versionsIn(`k8s/values/${service}.yaml`, /^ {2}tag: v(.+)$/gm)]).toEqual([
        service,
        versionOf(service),
      ]);
    expect(versionsIn('k8s/values/elasticsearch.yaml', /^ {2}version: (.+)$/gm)).toEqual([
      versionOf('elasticsearch'),
    ]);
    expect(versionOf('kibana')).toBe(versionOf('elasticsearch'));
  });

  test('hold the RisingWave that the SQL was tried on', () => {
    expect(text('docs/risingwave.md')).toContain(`RisingWave ${versionOf('risingwave')} is what`);
  });
});
