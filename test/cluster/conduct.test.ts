import { describe, expect, test } from '@jest/globals';
import cron from 'node-cron';
import { text, yaml } from './places.ts';
import { type Manifest, render } from './render.ts';
import { workloads } from './workloads.ts';

// How the pods of k8s/ are run: how many, how much of a machine, what becomes of them when they end.

const there = render('base') !== null;

function bytes(quantity: string | undefined): number {
  const [, digits, unit = ''] = /^(\d+)(Mi|Gi)$/.exec(quantity ?? '') ?? [];
  if (digits === undefined) throw new TypeError(`'${quantity}' is no size in Mi or Gi`);
  return Number(digits) * (unit === 'Gi' ? 2 ** 30 : 2 ** 20);
}

// What is skipped is said aloud by kubernetes.test.ts.
(there ? describe : describe.skip).each(['overlays/dev', 'overlays/prod'])('k8s/%s', (folder) => {
  const all = there ? (render(folder) ?? []) : [];
  const found = workloads(all);
  const ours = found.filter(({ container }) => /\btickwave:/.test(container.image));
  const settings =
    all.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'tickwave')?.data ?? {};
  const named = (kind: string): readonly string[] =>
    all.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);

  test('requests are within limits; what is scaled by cpu requests some', () => {
    for (const { name, container } of found) {
      const { requests, limits } = container.resources ?? {};
      expect([name, bytes(requests?.memory) <= bytes(limits?.memory)]).toEqual([name, true]);
    }
    for (const { metadata, spec } of all.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')) {
      const { minReplicas, maxReplicas } = spec as Readonly<Record<string, number>>;
      expect([metadata.name, (minReplicas ?? 0) < (maxReplicas ?? 0)]).toEqual([metadata.name, true]);
    }
  });

  test('roles of which there may be one are one, and end before the next begins', () => {
    for (const one of ['engine', 'connect', 'sentiment']) {
      const { spec, kind } = found.find(({ name }) => name === one) ?? {};
      expect([one, spec?.replicas]).toEqual([one, 1]);
      // A StatefulSet replaces its pods one after the other anyway.
      if (kind === 'Deployment') expect([one, spec?.strategy]).toEqual([one, { type: 'Recreate' }]);
    }
    for (const { name, pod } of ours)
      expect([name, (pod.spec.terminationGracePeriodSeconds ?? 0) >= 30]).toEqual([name, true]);
    const api = found.find(({ name }) => name === 'api');
    expect(api?.container).toMatchObject({ lifecycle: { preStop: { sleep: { seconds: 5 } } } });
  });

  test('budgets let a drain go on', () => {
    for (const { metadata, spec } of all.filter(({ kind }) => kind === 'PodDisruptionBudget')) {
      const replicas = found.find(({ name }) => name === metadata.name)?.spec.replicas;
      const wanted = replicas === 1 ? { maxUnavailable: 1 } : { minAvailable: 1 };
      expect([metadata.name, spec]).toEqual([metadata.name, expect.objectContaining(wanted)]);
    }
  });

  test('jobs end, are tried again a few times, and never overlap', () => {
    const jobs = all.filter(({ kind }) => ['Job', 'CronJob'].includes(kind));
    for (const { kind, metadata, spec } of jobs) {
      if (kind === 'CronJob') {
        const { schedule, timeZone, concurrencyPolicy } = spec as Readonly<Record<string, string>>;
        expect([metadata.name, cron.validate(schedule ?? ''), schedule?.split(' ').length]).toEqual([
          metadata.name,
          true,
          5,
        ]);
        expect(() => new Intl.DateTimeFormat('en', { timeZone: timeZone ?? 'none' })).not.toThrow();
        expect([metadata.name, concurrencyPolicy]).toEqual([metadata.name, 'Forbid']);
      }
      const job = kind === 'Job' ? spec : (spec?.jobTemplate as Manifest | undefined)?.spec;
      const { backoffLimit, activeDeadlineSeconds } = job as Readonly<Record<string, number>>;
      expect([metadata.name, backoffLimit, activeDeadlineSeconds]).toEqual([
        metadata.name,
        expect.any(Number),
        expect.any(Number),
      ]);
      expect(
        found.find((each) => each.kind === kind && each.name === metadata.name)?.pod.spec.restartPolicy,
      ).toBe('Never');
    }
    expect(named('CronJob')).toEqual(['retention', 'train']);
  });

  test('models are trained in one place: by the CronJob for MLflow, or by scoring itself', () => {
    const nightly = found.find(({ name }) => name === 'train')?.spec.suspend !== true;
    const args = found.find(({ name }) => name === 'score')?.container.args ?? [];
    expect([args.includes('--no-train'), settings.MODEL_RETRAIN_INTERVAL === 'off']).toEqual([
      nightly,
      nightly,
    ]);
  });

  test('images are of the version that package.json says', () => {
    const { version } = yaml<{ readonly version: string }>('package.json');
    expect([...new Set(ours.map(({ container: { image } }) => image.split(':').at(-1)))]).toEqual([version]);
    expect(text('docker-compose.yml')).toContain(`\${TICKWAVE_IMAGE:-tickwave:${version}}`);
  });

  test('the namespace refuses pods that ask for more', () => {
    const [namespace] = all.filter(({ kind }) => kind === 'Namespace');
    expect(namespace?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    expect(
      all.filter(({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'tickwave'),
    ).toEqual([]);
  });
});
