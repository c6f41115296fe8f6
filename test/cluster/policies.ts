import type { Manifest } from './render.ts';

type Labels = Readonly<Record<string, string>>;

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: readonly string[];
  }[];
}

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Rule {
  readonly to?: readonly Peer[];
  readonly from?: readonly Peer[];
  readonly ports?: readonly { readonly protocol: string; readonly port: number }[];
}

interface Policy {
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly egress?: readonly Rule[];
  readonly ingress?: readonly Rule[];
}

/** The other end of a connection: a pod somewhere in the cluster, or an address of IPv4. */
export type End =
  | { readonly namespace: Labels; readonly pod: Labels; readonly here?: boolean }
  | { readonly address: string };

/** Whether the policies let a pod here speak to, or be spoken to by, another end on a port of TCP. */
export function allows(
  manifests: readonly Manifest[],
  direction: 'Egress' | 'Ingress',
  pod: Labels,
  [end, port]: readonly [End, number],
): boolean {
  const policies = manifests
    .filter(({ kind }) => kind === 'NetworkPolicy')
    .map(({ spec }) => spec as unknown as Policy)
    .filter(({ podSelector, policyTypes }) => policyTypes.includes(direction) && selects(podSelector, pod));
  // Kubernetes forbids nothing to a pod that no policy selects.
  if (policies.length === 0) return true;
  const rules = policies.flatMap(({ egress, ingress }) => (direction === 'Egress' ? egress : ingress) ?? []);
  return rules.some(({ to, from, ports }) => {
    const peers = to ?? from;
    const open = ports === undefined || ports.some((each) => each.protocol === 'TCP' && each.port === port);
    return open && (peers === undefined || peers.some((peer) => isPeer(peer, end)));
  });
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      if (operator !== 'In') throw new TypeError(`${operator} is not known here`);
      return values.includes(labels[key] ?? '');
    })
  );
}

function isPeer({ podSelector, namespaceSelector, ipBlock }: Peer, end: End): boolean {
  if ('address' in end) {
    if (ipBlock === undefined) return false;
    return (
      within(ipBlock.cidr, end.address) && !(ipBlock.except ?? []).some((cidr) => within(cidr, end.address))
    );
  }
  if (ipBlock !== undefined) return false;
  const namespace =
    namespaceSelector === undefined ? end.here === true : selects(namespaceSelector, end.namespace);
  return namespace && (podSelector === undefined || selects(podSelector, end.pod));
}

function within(cidr: string, address: string): boolean {
  const [base = '', bits] = cidr.split('/');
  const shift = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(base) / shift) === Math.floor(numberOf(address) / shift);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
