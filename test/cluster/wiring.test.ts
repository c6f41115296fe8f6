import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { repository, text, yaml } from './places.ts';
import { type Manifest, render } from './render.ts';
import { COMPONENT, workloads } from './workloads.ts';

// How the objects of k8s/ name each other: ports, volumes, secrets, labels. A cluster takes most of these mistakes without a word.

const there = render('base') !== null;

// What is skipped is said aloud by kubernetes.test.ts.
(there ? describe : describe.skip).each(['overlays/dev', 'overlays/prod'])('k8s/%s', (folder) => {
  const all = there ? (render(folder) ?? []) : [];
  const found = workloads(all);
  const ours = found.filter(({ container }) => /\btickwave:/.test(container.image));
  const settings =
    all.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'tickwave')?.data ?? {};
  const named = (kind: string): readonly string[] =>
    all.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);

  test('probes, services and monitors name ports that containers have', () => {
    for (const { name, container } of found) {
      const { ports = [], startupProbe, livenessProbe, readinessProbe } = container;
      for (const probe of [startupProbe, livenessProbe, readinessProbe])
        if (probe?.httpGet !== undefined)
          expect([name, probe.httpGet.path, ports.map((port) => port.name)]).toEqual([
            ...[name, '/health', expect.arrayContaining([probe.httpGet.port])],
          ]);
    }
    for (const serving of ['engine', 'api']) {
      const { container } = found.find(({ name }) => name === serving) ?? {};
      expect(container?.ports).toEqual([{ name: 'http', containerPort: Number(settings.PORT) }]);
      // A start that takes its time, as a build of views does, is not ended by the liveness probe.
      expect(container?.startupProbe).toBeDefined();
    }
    for (const { kind, metadata, spec } of all.filter((each) =>
      ['Service', 'PodMonitor'].includes(each.kind),
    )) {
      const ports = (found.find(({ name }) => name === metadata.name)?.container.ports ?? []).map(
        ({ name }) => name,
      );
      const asked = (spec?.ports ?? spec?.podMetricsEndpoints ?? []) as readonly Readonly<
        Record<string, string>
      >[];
      for (const each of asked) {
        expect([kind, metadata.name, ports]).toEqual([
          ...[
            kind,
            metadata.name,
            expect.arrayContaining([kind === 'Service' ? each.targetPort : each.port]),
          ],
        ]);
        if (kind === 'PodMonitor') expect(each.path).toBe('/metrics');
      }
    }
  });

  test('every selector finds the pods of its own name and no others', () => {
    const selectors = all.flatMap(({ kind, metadata, spec }) => {
      if (!['Service', 'PodDisruptionBudget', 'PodMonitor', 'Deployment', 'StatefulSet'].includes(kind))
        return [];
      const selector = (kind === 'Service' ? { matchLabels: spec?.selector } : spec?.selector) as {
        readonly matchLabels: Readonly<Record<string, string>>;
      };
      return [[kind, metadata.name, selector.matchLabels] as const];
    });
    expect(selectors.length).toBeGreaterThanOrEqual(10);
    for (const [kind, name, labels] of selectors)
      expect([kind, name, labels[COMPONENT], Object.keys(labels)]).toEqual([kind, name, name, [COMPONENT]]);
    for (const { name, pod } of found) {
      expect(pod.metadata?.labels?.[COMPONENT]).toBe(name);
      for (const { labelSelector } of pod.spec.topologySpreadConstraints ?? [])
        expect(labelSelector.matchLabels).toEqual({ [COMPONENT]: name });
    }
    for (const scaled of named('HorizontalPodAutoscaler'))
      expect(found.find(({ name }) => name === scaled)?.pod.spec.topologySpreadConstraints).toHaveLength(2);
    expect(named('StatefulSet')).toEqual(expect.arrayContaining(['connect']));
    for (const { kind, name, spec } of found)
      if (kind === 'StatefulSet')
        expect([name, spec.serviceName, named('Service')]).toEqual([
          name,
          name,
          expect.arrayContaining([name]),
        ]);
  });

  test('what is mounted is there, and ours can write where they write', () => {
    for (const { name, spec, pod, container } of found) {
      const claims = (spec.volumeClaimTemplates ?? []) as readonly Manifest[];
      const volumes = [...(pod.spec.volumes ?? []), ...claims.map(({ metadata }) => metadata)];
      const mounts = container.volumeMounts ?? [];
      expect([name, mounts.map((mount) => mount.name).sort()]).toEqual([
        name,
        volumes.map((volume) => volume.name).sort(),
      ]);
      const { runAsUser, fsGroup } = pod.spec.securityContext ?? {};
      expect([name, fsGroup]).toEqual([name, runAsUser]);
    }
    const uid = Number(/--uid (\d+)/.exec(text('Dockerfile'))?.[1]);
    for (const { name, pod, container } of ours) {
      const paths = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath);
      expect([name, paths]).toEqual([name, expect.arrayContaining([settings.DATA_DIR, '/tmp'])]);
      expect([name, pod.spec.securityContext?.runAsUser]).toEqual([name, uid]);
    }
    const postgres = found.find(({ name }) => name === 'postgres');
    if (postgres !== undefined)
      expect((postgres.container.volumeMounts ?? []).map(({ mountPath }) => mountPath)).toEqual(
        expect.arrayContaining(['/var/lib/postgresql', '/var/run/postgresql', '/tmp', '/dev/shm']),
      );
  });

  test('who listens has the keys of the API, and listens where others can reach it', () => {
    expect(settings).toMatchObject({ HOST: '0.0.0.0', DATA_DIR: '/data' });
    const file = settings.API_KEYS_FILE ?? '';
    for (const { name, container, pod } of ours.filter(({ container: { ports } }) => ports !== undefined)) {
      const mount = (container.volumeMounts ?? []).find(({ mountPath }) => file.startsWith(`${mountPath}/`));
      const volume = pod.spec.volumes?.find((each) => each.name === mount?.name);
      expect([name, volume?.secret?.secretName]).toEqual([name, 'tickwave-api-keys']);
      // The key of the Secret is the name of the file.
      expect(text('docs/deploy.md')).toContain(
        `tickwave-api-keys --from-file=data/${file.split('/').at(-1)} `,
      );
    }
  });

  test('secrets, settings and accounts that are named are made here, or by hand as docs/deploy.md says', () => {
    const made = [...text('docs/deploy.md').matchAll(/create secret generic ([\w-]+)/g)].map(
      ([, name]) => name ?? '',
    );
    const used = [
      ...JSON.stringify(all).matchAll(
        /"(?:secretRef|secretKeyRef|credentials)":\{[^}]*?"name":"([^"]+)"|"secretName":"([^"]+)"/g,
      ),
    ];
    expect(used.length).toBeGreaterThanOrEqual(8);
    for (const [, one, other] of used) expect([...named('Secret'), ...made]).toContain(one ?? other);
    for (const { name, pod } of ours)
      expect([name, named('ServiceAccount')]).toEqual([name, [pod.spec.serviceAccountName]]);
    for (const { name, container } of found)
      for (const { valueFrom } of (container.env ?? []) as readonly {
        readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
      }[]) {
        if (valueFrom?.secretKeyRef === undefined) continue;
        const { name: secret, key } = valueFrom.secretKeyRef;
        const { data = {} } =
          all.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === secret) ?? {};
        expect([name, Object.keys(data)]).toEqual([name, expect.arrayContaining([key])]);
      }
  });
});

test('every file of k8s/base and every dashboard is named where it is taken', () => {
  const { resources } = yaml<{ readonly resources: readonly string[] }>('k8s/base/kustomization.yaml');
  const files = readdirSync(join(repository, 'k8s/base')).filter((file) => file !== 'kustomization.yaml');
  expect([...resources].sort()).toEqual(files.sort());
  const { configMapGenerator } = yaml<{
    readonly configMapGenerator: readonly { readonly files: readonly string[] }[];
  }>('k8s/monitoring/kustomization.yaml');
  expect(configMapGenerator[0]?.files.map((file) => file.split('/').at(-1))).toEqual(
    readdirSync(join(repository, 'k8s/monitoring/grafana/dashboards')),
  );
});

(there ? test : test.skip)("dev's own database is the one that DATABASE_URL names", () => {
  const all = render('overlays/dev') ?? [];
  const secret =
    all.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === 'tickwave-secrets')?.data ?? {};
  const plain = (key: string): string => Buffer.from(secret[key] ?? '', 'base64').toString();
  const { hostname, port, username, password, pathname } = new URL(plain('DATABASE_URL'));
  const { container } = workloads(all).find(({ name }) => name === hostname) ?? {};
  const set = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
  expect([username, password, pathname]).toEqual([
    set.POSTGRES_USER,
    plain('POSTGRES_PASSWORD'),
    `/${set.POSTGRES_DB}`,
  ]);
  const service = all.find(({ kind, metadata }) => kind === 'Service' && metadata.name === hostname);
  expect(service?.spec?.ports).toEqual([expect.objectContaining({ port: Number(port) })]);
  // Without brokers, connectors write into it.
  expect(
    all.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'tickwave')?.data
      ?.KAFKA_BROKERS,
  ).toBe('');
});
