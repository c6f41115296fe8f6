import { type Container, type Pod, podOf } from './pods.ts';
import type { Manifest } from './render.ts';

/** Label that says which role a pod has. */
export const COMPONENT = 'app.kubernetes.io/component';

/** What makes pods, with its pod and its container. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly pod: Pod;
  /** Its only one. */
  readonly container: Container;
}

/** The workloads among some objects. */
export function workloads(all: readonly Manifest[]): readonly Workload[] {
  return all.flatMap((manifest) => {
    const pod = podOf(manifest);
    const [container] = pod?.spec.containers ?? [];
    if (pod === null || container === undefined) return [];
    return [{ kind: manifest.kind, name: manifest.metadata.name, spec: manifest.spec ?? {}, pod, container }];
  });
}
