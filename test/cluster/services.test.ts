import { describe, expect, test } from '@jest/globals';
import { processContext } from '../../cli/context.ts';
import { program } from '../../cli/run.ts';
import { VARIABLES } from '../../config/variables.ts';
import { text, yaml } from './places.ts';

// What the services of docker-compose.yml are told of each other: names, ports, passwords, folders. Docker would say none of it before it runs.

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly restart?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly user?: string;
  readonly ports?: readonly string[];
  readonly mem_limit: string;
  readonly healthcheck?: { readonly test?: readonly string[] };
}

const { services } = yaml<{ readonly services: Readonly<Record<string, Service>> }>('docker-compose.yml');
const named = Object.entries(services);
const ours = named.filter(([, { build }]) => build !== undefined);

/** Where each service listens in its container, by its own documentation or by what it is told here. */
const LISTENS: Readonly<Record<string, readonly number[]>> = {
  redpanda: [Number(/internal:\/\/0\.0\.0\.0:(\d+)/.exec(words('redpanda'))?.[1]), 9644],
  postgres: [5432],
  risingwave: [4566],
  elasticsearch: [9200],
  kibana: [5601],
  mlflow: [Number(/--port=(\d+)/.exec(words('mlflow'))?.[1])],
  prometheus: [9090],
  grafana: [3000],
  engine: [Number(services.engine?.environment?.PORT)],
  api: [Number(services.api?.environment?.PORT)],
};
/** What must survive is kept there by each image that is not ours. */
const KEEPS: Readonly<Record<string, string>> = {
  redpanda: '/var/lib/redpanda/data',
  // From version 18 on; before it was /var/lib/postgresql/data.
  postgres: '/var/lib/postgresql',
  risingwave: '/root/.risingwave',
  elasticsearch: '/usr/share/elasticsearch/data',
  mlflow: '/mlflow',
  prometheus: '/prometheus',
  grafana: '/var/lib/grafana',
};
/** A program that each image brings, to ask for its health with. */
const ASKS: Readonly<Record<string, string>> = {
  redpanda: 'rpk',
  postgres: 'pg_isready',
  risingwave: 'bash',
  elasticsearch: 'curl',
  kibana: 'curl',
  mlflow: 'python3',
  prometheus: 'wget',
  grafana: 'wget',
};

function words(name: string): string {
  return (services[name]?.command ?? []).join(' ');
}

/** A value with each `${NAME:-standard}` at its standard. */
function settled(value: string): string {
  const once = value.replace(/\$\{\w+:-([^${}]*)\}/g, '$1');
  return once === value ? value : settled(once);
}

/** Hosts and ports that a text names, as `redpanda:9092`; not those of the container itself. */
function addresses(said: string): readonly (readonly [string, number])[] {
  const found = [...said.matchAll(/(?<![\w.$-])([a-z][a-z-]*):(\d{4,5})(?!\d)/g)];
  return found.map(([, host = '', port]) => [host, Number(port)] as const);
}

describe('docker-compose.yml', () => {
  test('addresses are of services, and of ports that those listen on', () => {
    const said = named.flatMap(([, { environment = {}, command = [] }]) => [
      ...Object.values(environment),
      ...command,
    ]);
    const files = ['prometheus/prometheus.yml', 'grafana/provisioning/datasources/prometheus.yml'];
    const all = [...said.map(settled), ...files.map((file) => text(`k8s/monitoring/${file}`))].flatMap(
      addresses,
    );
    expect(new Set(all.map(String)).size).toBeGreaterThanOrEqual(8);
    for (const [host, port] of all)
      expect([host, LISTENS[host]]).toEqual([host, expect.arrayContaining([port])]);
  });

  test('published ports and questions for health are of ports that the service listens on', () => {
    for (const [name, { ports = [], healthcheck }] of named) {
      const published = ports.map((port) => Number(port.split(':').at(-1)));
      const asked = [...(healthcheck?.test ?? []).join(' ').matchAll(/127\.0\.0\.1[:/](\d+)/g)];
      for (const port of [...published, ...asked.map(([, port]) => Number(port))])
        expect([name, LISTENS[name]]).toEqual([name, expect.arrayContaining([port])]);
    }
    // The Dockerfile's check, which engine and api have, asks where PORT says.
    expect(LISTENS.engine).toEqual([8080]);
  });

  test('health is asked with what the image has', () => {
    for (const [name, program] of Object.entries(ASKS)) {
      const [kind, first = '', ...rest] = services[name]?.healthcheck?.test ?? [];
      expect([name, kind === 'CMD-SHELL' ? first.split(' ')[0] : first]).toEqual([name, program]);
      // sh is dash in many images, which has no /dev/tcp.
      if (`${first} ${rest.join(' ')}`.includes('/dev/tcp'))
        expect([name, kind, first]).toEqual([name, 'CMD', 'bash']);
    }
  });

  test('ours are told where the database and the broker are, and to be reachable', () => {
    for (const [name, { environment = {} }] of ours) {
      expect([name, Object.keys(environment).sort()]).toEqual([
        name,
        ['DATABASE_URL', 'DATA_DIR', 'HOST', 'KAFKA_BROKERS', 'PORT'],
      ]);
      for (const variable of Object.keys(environment)) expect(Object.keys(VARIABLES)).toContain(variable);
      expect(environment).toMatchObject({ DATA_DIR: '/data', HOST: '0.0.0.0' });
    }
  });

  test('the database is asked with the name and the password that it was made with', () => {
    const { POSTGRES_USER, POSTGRES_PASSWORD = '', POSTGRES_DB } = services.postgres?.environment ?? {};
    const { username, password, pathname } = new URL(
      settled(services.engine?.environment?.DATABASE_URL ?? ''),
    );
    expect([username, password, pathname]).toEqual([
      POSTGRES_USER,
      settled(POSTGRES_PASSWORD),
      `/${POSTGRES_DB}`,
    ]);
    expect(services.postgres?.healthcheck?.test?.join(' ')).toContain(
      `--username ${POSTGRES_USER} --dbname ${POSTGRES_DB}`,
    );
  });

  test('what must survive is on a volume; ours write to it and to /tmp alone', () => {
    for (const [name, path] of Object.entries(KEEPS))
      expect([name, (services[name]?.volumes ?? []).map((mount) => mount.split(':')[1])]).toEqual([
        name,
        expect.arrayContaining([path]),
      ]);
    const uid = /--uid (\d+)/.exec(text('Dockerfile'))?.[1];
    for (const [name, { volumes = [], tmpfs = [], user }] of ours) {
      expect([name, volumes.map((mount) => mount.split(':')[1])]).toEqual([name, ['/data']]);
      expect([name, tmpfs]).toEqual([name, [expect.stringMatching(/^\/tmp:mode=1777,size=\d+m$/)]]);
      expect([name, user]).toEqual([name, `${uid}:${uid}`]);
    }
  });

  test('a limit of memory is above what the process is told to take', () => {
    const limit = (name: string): number => megabytes(services[name]?.mem_limit ?? '');
    expect(limit('redpanda')).toBeGreaterThan(megabytes(/--memory=(\w+)/.exec(words('redpanda'))?.[1] ?? ''));
    const given = Number(/--total-memory-bytes=(\d+)/.exec(words('risingwave'))?.[1]) / 2 ** 20;
    expect(limit('risingwave')).toBeGreaterThan(given);
    // Elasticsearch takes as much again beside its heap.
    const heap = /-Xmx(\d+m)/.exec(services.elasticsearch?.environment?.ES_JAVA_OPTS ?? '')?.[1] ?? '';
    expect(limit('elasticsearch')).toBeGreaterThanOrEqual(2 * megabytes(heap));
  });

  test('what ends is started again, but for what ends by itself', () => {
    const restarts = Object.fromEntries(named.map(([name, { restart }]) => [name, restart]));
    const { backfill, apply, ...others } = restarts;
    expect([backfill, apply]).toEqual(['no', 'on-failure:20']);
    expect([...new Set(Object.values(others))]).toEqual(['unless-stopped']);
  });

  test.each(ours)('%s is called with words that its verb takes', async (name, { command = [] }) => {
    const all = program(processContext(() => {})).exitOverride();
    for (const verb of all.commands)
      verb
        .exitOverride()
        .configureOutput({ writeErr: () => {} })
        .action(() => {});
    await expect(all.parseAsync(['node', 'tickwave', ...command.map(settled)])).resolves.toBe(all);
    expect([name, command.length > 0]).toEqual([name, true]);
  });

  test('Prometheus and Grafana find at their mounts what their files name', () => {
    const mounted = (name: string): readonly string[] =>
      (services[name]?.volumes ?? []).map((mount) => mount.split(':')[1] ?? '');
    const prometheus = text('k8s/monitoring/prometheus/prometheus.yml');
    for (const [, path = ''] of prometheus.matchAll(/(\/etc\/prometheus\/\w+)\//g))
      expect(mounted('prometheus')).toContain(path);
    const provisioned = text('k8s/monitoring/grafana/provisioning/dashboards/tickwave.yml');
    expect(mounted('grafana')).toContain(/path: (\S+)/.exec(provisioned)?.[1]);
    const source = text('k8s/monitoring/grafana/provisioning/datasources/prometheus.yml');
    expect(/uid: (\S+)/.exec(source)?.[1]).toBe('prometheus');
    // The alert that Tickwave is down looks for its job.
    const down = /up\{job=~"([^"]+)"\}/.exec(text('k8s/monitoring/prometheus/rules/tickwave.yml'))?.[1] ?? '';
    const jobs = [...prometheus.matchAll(/job_name: (\w+)[\s\S]*?targets: \[(.*)\]/g)];
    const watched = jobs.filter(([, job = '']) => new RegExp(`^(?:${down})$`).test(job));
    expect(watched.map(([, , targets]) => targets)).toEqual(['"engine:8080", "api:8080"']);
  });
});

function megabytes(size: string): number {
  const [, digits, unit] = /^(\d+)([mg])$/i.exec(size) ?? [];
  if (digits === undefined) throw new TypeError(`'${size}' is no size in MB or GB`);
  return Number(digits) * (unit?.toLowerCase() === 'g' ? 1024 : 1);
}
