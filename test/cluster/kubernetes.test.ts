import { describe, expect, test } from '@jest/globals';
import { processContext } from '../../cli/context.ts';
import { program } from '../../cli/run.ts';
import { complaints, type Pod, podOf } from './pods.ts';
import { type Manifest, render } from './render.ts';

// What the manifests come to, held against rules. That a cluster takes them, only a cluster can say.

const OVERLAYS = ['overlays/dev', 'overlays/prod'] as const;
const there = render('base') !== null;
if (!there) {
  if (process.env.REQUIRE_KUSTOMIZE === '1') throw new Error('neither kubectl nor kustomize is installed');
  console.warn(
    'SKIPPED: neither kubectl nor kustomize is installed, so k8s/ is not checked; .ci/cluster.sh brings one',
  );
}

function manifests(folder: string): readonly Manifest[] {
  return render(folder) ?? [];
}

function pods(folder: string): readonly (readonly [string, Manifest, Pod])[] {
  return manifests(folder).flatMap((manifest) => {
    const pod = podOf(manifest);
    return pod === null ? [] : [[`${manifest.kind} ${manifest.metadata.name}`, manifest, pod] as const];
  });
}

function matches(selector: Readonly<Record<string, string>>, pod: Pod): boolean {
  return Object.entries(selector).every(([label, value]) => pod.metadata?.labels?.[label] === value);
}

(there ? describe : describe.skip).each(OVERLAYS)('k8s/%s', (folder) => {
  test('has pods that may do little and say what they need', () => {
    const found = pods(folder).map(([name, { kind }, pod]) => [
      name,
      complaints(pod, kind === 'Deployment' || kind === 'StatefulSet'),
    ]);
    expect(found.length).toBeGreaterThanOrEqual(5);
    expect(found.filter(([, words]) => words?.length !== 0)).toEqual([]);
  });

  test('selectors find pods: services, budgets, policies, deployments', () => {
    const all = pods(folder).map(([, , pod]) => pod);
    const selectors = manifests(folder).flatMap(({ kind, metadata, spec }) => {
      const given =
        kind === 'Service'
          ? spec?.selector
          : kind === 'NetworkPolicy'
            ? (spec?.podSelector as { matchLabels?: object } | undefined)?.matchLabels
            : (spec?.selector as { matchLabels?: object } | undefined)?.matchLabels;
      return given === undefined
        ? []
        : [[`${kind} ${metadata.name}`, given as Record<string, string>] as const];
    });
    expect(selectors.length).toBeGreaterThanOrEqual(10);
    const lost = selectors.filter(([, selector]) => !all.some((pod) => matches(selector, pod)));
    expect(lost).toEqual([]);
  });

  test('everything that runs for long has a budget, or is of the database that dev brings', () => {
    const budgets = manifests(folder).filter(({ kind }) => kind === 'PodDisruptionBudget');
    const without = pods(folder)
      .filter(([, { kind }]) => kind === 'Deployment' || kind === 'StatefulSet')
      .map(([, { metadata }]) => metadata.name)
      .filter((name) => !budgets.some(({ metadata }) => metadata.name === name));
    expect(without).toEqual(folder === 'overlays/dev' ? ['api', 'score', 'postgres'] : []);
  });

  test('calls verbs and flags that exist', () => {
    const verbs = new Map(program(processContext(() => {})).commands.map((verb) => [verb.name(), verb]));
    const calls = pods(folder).flatMap(([, , { spec }]) =>
      spec.containers.filter(({ image }) => /\btickwave:/.test(image)).map(({ args = [] }) => args),
    );
    expect(calls.length).toBeGreaterThanOrEqual(5);
    for (const [verb = '', ...rest] of calls) {
      const command = verbs.get(verb);
      expect([verb, command !== undefined]).toEqual([verb, true]);
      const flags = rest.filter((word) => word.startsWith('--'));
      const known = command?.options.flatMap(({ long, negate }) => [long, negate ? long : null]) ?? [];
      for (const flag of flags) expect(known).toContain(flag);
    }
  });

  test('lets nothing in or out by default', () => {
    const policies = manifests(folder).filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.map(({ spec }) => spec)).toContainEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
  });
});

(there ? test : test.skip)(
  'prod scales the API and scoring, from two on, and nothing fixes their number',
  () => {
    const all = manifests('overlays/prod');
    const scaled = all
      .filter(({ kind }) => kind === 'HorizontalPodAutoscaler')
      .map(({ spec }) => spec as { scaleTargetRef: { kind: string; name: string }; minReplicas: number });
    expect(scaled.map(({ scaleTargetRef: { kind, name } }) => `${kind} ${name}`).sort()).toEqual([
      'Deployment api',
      'Deployment score',
    ]);
    for (const { scaleTargetRef, minReplicas } of scaled) {
      const { kind, name } = scaleTargetRef;
      const target = all.find((each) => each.kind === kind && each.metadata.name === name);
      expect([name, target?.spec?.replicas, minReplicas >= 2]).toEqual([name, undefined, true]);
    }
    // A fixed place among a number of replicas that changes would leave markets to nobody.
    const settings = all.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'tickwave');
    expect(settings?.data?.SCORING_PARTITION).toBe('auto');
  },
);

(there ? test : test.skip)(
  'an engine deploys where no Job does, and leaves it to the Job where there is one',
  () => {
    for (const folder of OVERLAYS) {
      const found = pods(folder);
      const argsOf = (name: string): readonly string[] | undefined =>
        found.find(([each]) => each === name)?.[2].spec.containers[0]?.args;
      const job = argsOf('Job apply');
      expect([folder, job]).toEqual([
        folder,
        folder === 'overlays/prod' ? ['apply', '--promote'] : undefined,
      ]);
      expect(argsOf('Deployment engine')?.includes('--no-apply')).toBe(job !== undefined);
    }
  },
);

(there ? test : test.skip)('the rules see what is wrong', () => {
  const [, , engine] = pods('base').find(([name]) => name === 'Deployment engine') ?? [];
  expect(engine === undefined ? null : complaints(engine, true)).toEqual(['engine has no version']);
  const bare: Pod = { spec: { containers: [{ name: 'bare', image: 'bare:latest' }], hostNetwork: true } };
  expect(complaints(bare, true)).toEqual([
    'may run as root',
    'has no seccomp profile',
    "is given the cluster's token",
    "shares the host's network or processes",
    'bare requests no cpu or memory',
    'bare has no limit of memory',
    'bare may gain privileges',
    'bare may write to its image',
    'bare has capabilities',
    'bare has no version',
    'bare is not probed, and nothing says why',
  ]);
});
