import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { processContext } from '../../cli/context.ts';
import { program } from '../../cli/run.ts';
import { repository, text, yaml } from './places.ts';

// docker-compose.yml, as far as it can be held against rules without Docker; .ci/cluster.sh holds it against its schema.

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly mem_limit?: string;
  readonly cpus?: number;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string; readonly required?: boolean }>>;
}

const { services, volumes } = yaml<{
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
}>('docker-compose.yml');
const named = Object.entries(services);
const ours = named.filter(([, { build }]) => build !== undefined);

describe('docker-compose.yml', () => {
  test('every service has a profile, a pinned image and limits', () => {
    for (const [name, { image, profiles = [], mem_limit, cpus }] of named) {
      expect([name, profiles.length > 0]).toEqual([name, true]);
      expect([name, image]).toEqual([name, expect.stringMatching(/:v?\d+(\.\d+)+[\w.-]*\}?$/)]);
      expect([name, mem_limit]).toEqual([name, expect.stringMatching(/^\d+[mg]$/)]);
      expect([name, cpus]).toEqual([name, expect.any(Number)]);
    }
  });

  test('every service is asked for its health, but ours that listen on nothing', () => {
    const without = named.filter(
      ([, { healthcheck, build }]) => (healthcheck?.test ?? []).length === 0 && build === undefined,
    );
    expect(without).toEqual([]);
    const silent = ours.filter(([, { healthcheck }]) => healthcheck?.disable === true);
    expect(silent.map(([name]) => name)).toEqual(['connect', 'backfill', 'sentiment', 'score', 'apply']);
  });

  test('ours run as nobody in particular, on a root that is read-only', () => {
    expect(ours.map(([name]) => name)).toEqual([
      ...['connect', 'engine', 'api', 'backfill', 'sentiment', 'score', 'apply'],
    ]);
    for (const [, service] of ours)
      expect(service).toMatchObject({
        user: '10001:10001',
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
  });

  test('ports are of this machine alone', () => {
    const ports = named.flatMap(([, { ports: given = [] }]) => given);
    expect(ports.length).toBeGreaterThanOrEqual(5);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('profiles are those that are documented', () => {
    const profiles = [...new Set(named.flatMap(([, { profiles: given = [] }]) => given))].sort();
    expect(profiles).toEqual([
      'backfill',
      'core',
      'historical',
      'indicators',
      'messages',
      'models',
      'monitoring',
      'risingwave',
      'sentiment',
    ]);
    for (const profile of profiles) expect(text('docs/deploy.md')).toContain(`\`${profile}\``);
  });

  test('a service waits only for those that start with each of its profiles', () => {
    for (const [name, { profiles = [], depends_on = {} }] of named)
      for (const [other, { required }] of Object.entries(depends_on)) {
        const together = profiles.every((profile) => services[other]?.profiles?.includes(profile));
        expect([name, other, together || required === false]).toEqual([name, other, true]);
      }
  });

  test('volumes are declared, and no two services write to one', () => {
    const all = named.flatMap(([, { volumes: given = [] }]) => given);
    const mounts = all.map((mount) => mount.split(':')[0] ?? '');
    const kept = all.filter((mount) => !mount.startsWith('./'));
    const written = kept.filter((mount) => !mount.endsWith(':ro'));
    expect(written.map((mount) => mount.split(':')[0]).sort()).toEqual(Object.keys(volumes).sort());
    for (const mount of kept) expect(Object.keys(volumes)).toContain(mount.split(':')[0]);
    // ./data is made by whoever runs it.
    for (const source of mounts.filter((mount) => mount.startsWith('./k8s/')))
      expect([source, existsSync(join(repository, source))]).toEqual([source, true]);
  });

  test('ours call verbs and flags that exist', () => {
    const verbs = new Map(program(processContext(() => {})).commands.map((verb) => [verb.name(), verb]));
    for (const [, { command = [] }] of ours) {
      const [verb = '', ...rest] = command;
      expect([...verbs.keys()]).toContain(verb);
      const known = verbs.get(verb)?.options.map(({ long }) => long) ?? [];
      for (const flag of rest.filter((word) => word.startsWith('--'))) expect(known).toContain(flag);
    }
  });
});
