import { describe, expect, test } from '@jest/globals';
import { allows, type End } from './policies.ts';
import { render } from './render.ts';
import { COMPONENT, workloads } from './workloads.ts';

// Every connection that a role really makes is let through, and what none makes is not.

const there = render('base') !== null;

const namespace = (name: string): End => ({ namespace: { 'kubernetes.io/metadata.name': name }, pod: {} });
const INTERNET: End = { address: '93.184.215.14' };
const PRIVATE: readonly End[] = ['10.1.2.3', '172.20.1.1', '192.168.1.1'].map((address) => ({ address }));
const METADATA: End = { address: '169.254.169.254' };

/** What each role asks beside names: databases all of them; the broker, MLflow and Elasticsearch by what it does. */
const STORES: Readonly<Record<string, readonly number[]>> = {
  engine: [5432, 4566, 4567, 9092, 9093, 9200],
  api: [5432, 4566, 4567, 9200],
  connect: [5432, 4566, 4567, 9092, 9093],
  sentiment: [5432, 4566, 4567, 9092, 9093],
  score: [5432, 4566, 4567, 5000],
  train: [5432, 4566, 4567, 5000],
  retention: [5432, 4566, 4567],
};
/** Ports of the internet: exchanges, with Binance's stream on 9443; news and language models; scoring tells of alerts, by mail too. */
const OUTSIDE: Readonly<Record<string, readonly number[]>> = {
  connect: [443, 9443],
  sentiment: [443],
  score: [443, 465, 587],
};

(there ? describe : describe.skip).each(['overlays/dev', 'overlays/prod'])(
  'network policies of k8s/%s',
  (folder) => {
    const all = there ? (render(folder) ?? []) : [];
    const labelsOf = new Map(workloads(all).map(({ name, pod }) => [name, pod.metadata?.labels ?? {}]));
    const roles = [...labelsOf.keys()].filter((role) => role !== 'postgres');
    const out = (role: string, end: End, port: number): boolean =>
      allows(all, 'Egress', labelsOf.get(role) ?? {}, [end, port]);
    const into = (role: string, end: End, port: number): boolean =>
      allows(all, 'Ingress', labelsOf.get(role) ?? {}, [end, port]);

    test('names are found, stores are reached, here and elsewhere', () => {
      expect(roles.length).toBeGreaterThanOrEqual(7);
      for (const role of roles) {
        expect([role, out(role, namespace('kube-system'), 53)]).toEqual([role, true]);
        for (const port of STORES[role] ?? STORES.engine ?? [])
          for (const end of [namespace('redpanda'), INTERNET, ...PRIVATE])
            expect([role, port, out(role, end, port)]).toEqual([role, port, true]);
      }
    });

    test('the internet is for connectors and for telling of alerts; nobody reaches inwards or the metadata of a cloud', () => {
      for (const role of roles) {
        const open = [22, 25, 80, 443, 465, 587, 8080, 9443, 6443].filter((port) =>
          out(role, INTERNET, port),
        );
        expect([role, open]).toEqual([role, OUTSIDE[role] ?? []]);
        for (const end of [...PRIVATE, METADATA, namespace('default')])
          for (const port of [80, 443, 6443, 8080])
            expect([role, end, out(role, end, port)]).toEqual([role, end, false]);
      }
    });

    test('only who asks the API, and Prometheus, is let in', () => {
      const readers: End = { namespace: { 'tickwave/reads-api': 'true' }, pod: {} };
      const prometheus = namespace('monitoring');
      for (const role of roles) {
        const open = [readers, prometheus, namespace('default'), INTERNET].map((end) =>
          into(role, end, 8080),
        );
        const wanted = role === 'api' ? [true, true] : role === 'engine' ? [false, true] : [false, false];
        expect([role, open]).toEqual([role, [...wanted, false, false]]);
        expect([role, into(role, readers, 9229)]).toEqual([role, false]);
      }
    });

    test("the brokers' port of the configuration is among them", () => {
      const settings = all.find(
        ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'tickwave',
      )?.data;
      for (const broker of (settings?.KAFKA_BROKERS ?? '').split(',').filter((each) => each !== ''))
        expect(STORES.connect).toContain(Number(broker.split(':').at(-1)));
    });

    test("a database that is brought is Tickwave's own", () => {
      if (!labelsOf.has('postgres')) return expect(folder).toBe('overlays/prod');
      for (const role of roles) {
        const labels = labelsOf.get(role) ?? {};
        expect(labels[COMPONENT]).toBe(role);
        expect([role, into('postgres', { namespace: {}, pod: labels, here: true }, 5432)]).toEqual([
          role,
          true,
        ]);
      }
      expect(into('postgres', { namespace: {}, pod: { app: 'another' }, here: true }, 5432)).toBe(false);
      expect(into('postgres', namespace('monitoring'), 5432)).toBe(false);
    });
  },
);
