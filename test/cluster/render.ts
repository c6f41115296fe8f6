import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { repository } from './places.ts';

/** An object of a cluster, as far as the checks look into it. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

/** What a folder of k8s/ comes to, or why it comes to nothing. Null where neither kubectl nor kustomize is installed. */
export function render(folder: string): readonly Manifest[] | null {
  const path = join(repository, 'k8s', folder);
  for (const [command, ...args] of [
    ['kubectl', 'kustomize', path],
    ['kustomize', 'build', path],
  ] as const) {
    const { error, status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (error !== undefined) continue;
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
    return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
  }
  return null;
}
