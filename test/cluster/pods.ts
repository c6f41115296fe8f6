import type { Manifest } from './render.ts';

/** A container, as far as the rules look into it. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly envFrom?: readonly object[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly resources?: {
    readonly requests?: { readonly cpu?: string; readonly memory?: string };
    readonly limits?: { readonly memory?: string };
  };
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly privileged?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  };
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

/** How a container is asked how it is. */
export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string | number };
}

/** A volume of a pod, by whatever key says what it is. */
export interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string };
  readonly hostPath?: object;
}

/** The pods that a workload makes. */
export interface Pod {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly containers: readonly Container[];
    readonly securityContext?: {
      readonly runAsNonRoot?: boolean;
      readonly runAsUser?: number;
      readonly fsGroup?: number;
      readonly seccompProfile?: { readonly type: string };
    };
    readonly automountServiceAccountToken?: boolean;
    readonly hostNetwork?: boolean;
    readonly hostPID?: boolean;
    readonly serviceAccountName?: string;
    readonly restartPolicy?: string;
    readonly terminationGracePeriodSeconds?: number;
    readonly volumes?: readonly Volume[];
    readonly topologySpreadConstraints?: readonly {
      readonly labelSelector: { readonly matchLabels: Readonly<Record<string, string>> };
    }[];
  };
}

/** The pods of a workload; null for what makes none. */
export function podOf({ kind, spec }: Manifest): Pod | null {
  if (['Deployment', 'StatefulSet', 'Job'].includes(kind)) return template(spec);
  if (kind !== 'CronJob') return null;
  const job = spec?.jobTemplate as { readonly spec: Readonly<Record<string, unknown>> };
  return template(job.spec);
}

function template(spec: Readonly<Record<string, unknown>> | undefined): Pod {
  return spec?.template as Pod;
}

/** What a pod does that it should not, and leaves out that it should have, in words. */
export function complaints({ metadata, spec }: Pod, serves: boolean): readonly string[] {
  const found: string[] = [];
  const want = (holds: boolean, words: string): void => {
    if (!holds) found.push(words);
  };
  const { securityContext: user } = spec;
  want(user?.runAsNonRoot === true && (user.runAsUser ?? 0) > 0, 'may run as root');
  want(user?.seccompProfile?.type === 'RuntimeDefault', 'has no seccomp profile');
  want(spec.automountServiceAccountToken === false, "is given the cluster's token");
  want(spec.hostNetwork !== true && spec.hostPID !== true, "shares the host's network or processes");
  want(!(spec.volumes ?? []).some((volume) => 'hostPath' in volume), "mounts the host's files");
  for (const container of spec.containers) {
    const { name, image, resources, securityContext: may } = container;
    const { cpu, memory } = resources?.requests ?? {};
    want(cpu !== undefined && memory !== undefined, `${name} requests no cpu or memory`);
    want(resources?.limits?.memory !== undefined, `${name} has no limit of memory`);
    want(may?.allowPrivilegeEscalation === false && may.privileged !== true, `${name} may gain privileges`);
    want(may?.readOnlyRootFilesystem === true, `${name} may write to its image`);
    const { drop = [], add = [] } = may?.capabilities ?? {};
    want(drop.includes('ALL') && add.length === 0, `${name} has capabilities`);
    want(
      /(:[^:/]+|@sha256:[0-9a-f]{64})$/.test(image) && !image.endsWith(':latest'),
      `${name} has no version`,
    );
    if (serves) {
      const probed = container.livenessProbe !== undefined && container.readinessProbe !== undefined;
      const excused = metadata?.annotations?.['tickwave/no-probe'];
      want(probed || (excused ?? '').length > 20, `${name} is not probed, and nothing says why`);
    }
  }
  return found;
}
