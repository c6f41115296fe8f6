import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../config/config.ts';
import { VARIABLES, type Variable } from '../../config/variables.ts';
import { text, yaml } from './places.ts';
import { podOf } from './pods.ts';
import { render } from './render.ts';

// Variables of the manifests against those that Tickwave reads, both ways.

const known = Object.keys(VARIABLES);
/** Read by what Tickwave runs on, or by other services; never by Tickwave's configuration. */
const OTHERS = [
  'NODE_ENV',
  'XDG_CACHE_HOME',
  'OMP_WAIT_POLICY',
  'CKJS_LINKING',
  'npm_config_nodedir',
  'NODE_IMAGE',
  'PORT',
];

type Values = Readonly<Record<string, string>>;

function accepted(values: Values): void {
  for (const name of Object.keys(values)) expect(known).toContain(name);
  expect(() => readConfig(values, '/')).not.toThrow();
}

describe('variables', () => {
  test('of docker-compose.yml exist and have values that are allowed', () => {
    const compose = yaml<{ readonly 'x-environment': Values }>('docker-compose.yml');
    const values = Object.entries(compose['x-environment']).map(([name, value]) => [
      name,
      interpolated(value),
    ]);
    accepted(Object.fromEntries(values) as Values);
  });

  test('that docker-compose.yml takes from .env are known, or its own', () => {
    const taken = [...text('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name ?? '');
    const own = ['TICKWAVE_IMAGE', 'TICKWAVE_PORT', 'POSTGRES_PASSWORD', 'GRAFANA_PASSWORD', 'BACKFILL_FROM'];
    const ports = ['RISINGWAVE_PORT', 'KIBANA_PORT', 'MLFLOW_PORT', 'PROMETHEUS_PORT', 'GRAFANA_PORT'];
    for (const name of taken) expect([...known, ...own, ...ports]).toContain(name);
    for (const name of [...own, ...ports]) expect(text('docs/deploy.md')).toContain(name);
  });

  test('of the Dockerfile exist, or are of what it is built with', () => {
    const set = [...text('Dockerfile').matchAll(/^(?:ENV|ARG) (.+)$/gm)].flatMap(([, line = '']) =>
      [...line.matchAll(/(\w+)=/g)].map(([, name]) => name ?? ''),
    );
    expect(set).toContain('DATA_DIR');
    for (const name of set) expect([...known, ...OTHERS]).toContain(name);
  });

  test.each(['base', 'overlays/dev', 'overlays/prod'])(
    'of k8s/%s exist and have values that are allowed',
    (folder) => {
      const manifests = render(folder);
      // Said aloud by kubernetes.test.ts.
      if (manifests === null) return;
      const settings = manifests.find(
        ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'tickwave',
      );
      expect(Object.keys(settings?.data ?? {}).length).toBeGreaterThanOrEqual(7);
      accepted(settings?.data ?? {});
      const beside = manifests.flatMap((manifest) =>
        (podOf(manifest)?.spec.containers ?? [])
          .filter(({ image }) => image.includes('tickwave'))
          .flatMap(({ env = [] }) => env),
      );
      for (const { name } of beside) expect(known).toContain(name);
    },
  );

  test('that are secret are in no ConfigMap', () => {
    const secret = Object.entries<Variable<unknown>>(VARIABLES).filter(
      ([, variable]) => variable.secret === true,
    );
    expect(secret.length).toBeGreaterThanOrEqual(4);
    const files = ['k8s/base/configuration.yaml', 'k8s/overlays/prod/kustomization.yaml']
      .map(text)
      .join('\n');
    for (const [name] of secret) {
      expect(files).not.toMatch(new RegExp(`^ +(path: /data/)?${name}:? `, 'm'));
    }
  });

  test('of Tickwave can all be set: by .env under compose, by the ConfigMap or the Secret on Kubernetes', () => {
    const { services } = yaml<{
      readonly services: Readonly<Record<string, { readonly build?: string; readonly env_file?: object }>>;
    }>('docker-compose.yml');
    const ours = Object.values(services).filter(({ build }) => build !== undefined);
    expect(ours.length).toBeGreaterThanOrEqual(5);
    for (const { env_file } of ours) expect(env_file).toEqual([{ path: '.env', required: false }]);
    const manifests = render('overlays/prod');
    // Said aloud by kubernetes.test.ts.
    if (manifests === null) return;
    const containers = manifests.flatMap((manifest) => podOf(manifest)?.spec.containers ?? []);
    expect(containers.length).toBeGreaterThanOrEqual(5);
    for (const { envFrom } of containers)
      expect(envFrom).toEqual([
        { configMapRef: { name: 'tickwave' } },
        { secretRef: { name: 'tickwave-secrets' } },
      ]);
  });
});

/** A value with each `${NAME:-standard}` at its standard. */
function interpolated(value: string): string {
  const once = value.replace(/\$\{\w+:-([^${}]*)\}/g, '$1');
  return once === value ? value : interpolated(once);
}
