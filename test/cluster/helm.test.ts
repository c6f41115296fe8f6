import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repository, text, yaml } from './places.ts';

// The services that come from their own charts. The charts are elsewhere; what is said of them here is held together.

interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
  readonly needs?: readonly string[];
  readonly values: readonly string[];
}

const { repositories, releases } = yaml<{
  readonly repositories: readonly { readonly name: string }[];
  readonly releases: readonly Release[];
}>('k8s/helmfile.yaml');
const release = (name: string): Release | undefined => releases.find((each) => each.name === name);

type Tree = { readonly [key: string]: Tree | unknown };
const valuesOf = (name: string): Tree => yaml<Tree>(`k8s/values/${name}.yaml`);

/** Keys that each chart knows, in the version that is pinned; looked up in its values.yaml or values.schema.json. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  redpanda: [
    'image',
    'statefulset',
    'resources',
    'storage',
    'tls',
    'auth',
    'external',
    'console',
    'config',
    'monitoring',
  ],
  risingwave: [
    ...['image', 'metaStore', 'stateStore', 'service'],
    ...['metaComponent', 'frontendComponent', 'computeComponent', 'compactorComponent'],
  ],
  'eck-operator': ['managedNamespaces', 'telemetry'],
  elasticsearch: ['eck-elasticsearch', 'eck-kibana'],
  mlflow: [
    ...['backendStore', 'artifactRoot', 'extraSecretNamesForEnvFrom', 'extraEnvVars', 'service', 'resources'],
    ...['postgresql', 'mysql'],
  ],
  monitoring: ['alertmanager', 'prometheus', 'grafana'],
};

describe('k8s/helmfile.yaml', () => {
  test('every release has a repository, a version and values that are there', () => {
    expect(releases.map(({ name }) => name).sort()).toEqual(Object.keys(KNOWN).sort());
    for (const { name, chart, version, values } of releases) {
      expect(repositories.map((each) => each.name)).toContain(chart.split('/')[0]);
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(values).toEqual([`values/${name}.yaml`]);
      expect(existsSync(join(repository, 'k8s/values', `${name}.yaml`))).toBe(true);
    }
  });

  test('values have keys that the charts know', () => {
    for (const { name } of releases)
      for (const key of Object.keys(valuesOf(name)))
        expect([name, KNOWN[name]]).toEqual([name, expect.arrayContaining([key])]);
  });

  test('what needs the kinds of another chart comes after it', () => {
    for (const { needs = [] } of releases)
      for (const need of needs)
        expect(releases.map(({ namespace, name }) => `${namespace}/${name}`)).toContain(need);
    // A ServiceMonitor is of a kind that kube-prometheus-stack brings; an Elasticsearch of one that the operator brings.
    expect(valuesOf('redpanda')).toMatchObject({ monitoring: { enabled: true } });
    expect(release('redpanda')?.needs).toEqual(['monitoring/monitoring']);
    expect(release('elasticsearch')?.needs).toEqual(['elastic-system/eck-operator']);
    expect(valuesOf('eck-operator').managedNamespaces).toEqual([release('elasticsearch')?.namespace]);
  });

  test('addresses of the configuration and of docs/deploy.md are of releases', () => {
    const said = ['k8s/base/configuration.yaml', 'k8s/values/mlflow.yaml', 'docs/deploy.md']
      .map(text)
      .join('\n');
    const found = [...said.matchAll(/([a-z-]+)\.([a-z-]+)\.svc\.cluster\.local(?::(\d+))?/g)];
    const ports: Readonly<Record<string, string>> = {
      redpanda: '9093',
      risingwave: '4567',
      mlflow: String((valuesOf('mlflow').service as Tree).port),
      'elasticsearch-es-http': '9200',
    };
    expect(new Set(found.map(([, service]) => service))).toEqual(new Set(Object.keys(ports)));
    for (const [, service = '', namespace, port] of found) {
      expect([service, release(service.replace('-es-http', ''))?.namespace]).toEqual([service, namespace]);
      if (port !== undefined) expect([service, port]).toEqual([service, ports[service]]);
    }
  });

  test('versions are those of docker-compose.yml', () => {
    const compose = text('docker-compose.yml');
    const tag = (name: string): unknown => (valuesOf(name).image as Tree).tag;
    expect(compose).toContain(`redpandadata/redpanda:${tag('redpanda')}\n`);
    expect(compose).toContain(`risingwavelabs/risingwave:${tag('risingwave')}\n`);
    const { 'eck-elasticsearch': search, 'eck-kibana': kibana } = valuesOf('elasticsearch') as Record<
      string,
      Tree
    >;
    expect([search?.version, kibana?.version]).toEqual(['8.19.20', '8.19.20']);
    expect(compose).toContain(`elasticsearch/elasticsearch:${search?.version}\n`);
    // Tickwave's client refuses another major version.
    const { dependencies } = yaml<{ readonly dependencies: Readonly<Record<string, string>> }>(
      'package.json',
    );
    expect(dependencies['@elastic/elasticsearch']).toMatch(/^\^8\./);
  });

  test('what Tickwave speaks is what they are told to speak', () => {
    // Neither TLS nor SASL to brokers, no certificates of ECK's own authority.
    expect(valuesOf('redpanda')).toMatchObject({
      tls: { enabled: false },
      auth: { sasl: { enabled: false } },
    });
    expect(valuesOf('elasticsearch')).toMatchObject({
      'eck-elasticsearch': { http: { tls: { selfSignedCertificate: { disabled: true } } } },
    });
    expect(valuesOf('mlflow')).toMatchObject({ artifactRoot: { proxiedArtifactStorage: true } });
    const { statefulset, config } = valuesOf('redpanda') as {
      readonly statefulset: { readonly replicas: number };
      readonly config: { readonly cluster: { readonly default_topic_replications: number } };
    };
    expect(config.cluster.default_topic_replications).toBeLessThanOrEqual(statefulset.replicas);
  });

  test('Prometheus and Grafana take what k8s/ gives them', () => {
    const { grafana, prometheus } = valuesOf('monitoring') as {
      readonly grafana: { readonly sidecar: { readonly dashboards: Tree } };
      readonly prometheus: { readonly prometheusSpec: Tree };
    };
    const { configMapGenerator } = yaml<{
      readonly configMapGenerator: readonly { readonly options: { readonly labels: Tree } }[];
    }>('k8s/monitoring/kustomization.yaml');
    const { label, enabled, searchNamespace } = grafana.sidecar.dashboards;
    expect([enabled, searchNamespace]).toEqual([true, 'ALL']);
    expect(Object.keys(configMapGenerator[0]?.options.labels ?? {})).toEqual([label]);
    // Else it reads those of its own chart only.
    expect(prometheus.prometheusSpec).toMatchObject({
      podMonitorSelectorNilUsesHelmValues: false,
      serviceMonitorSelectorNilUsesHelmValues: false,
      ruleSelectorNilUsesHelmValues: false,
    });
  });
});
