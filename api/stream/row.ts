import type { Column } from '../catalog.ts';
import { rowToJson } from '../columns.ts';
import type { Channel } from './channels.ts';

/** A row as it is sent: made into text once, for all who get it. */
export interface Row {
  /** Tells it apart within its market and timeframe. */
  readonly id: string;
  readonly json: string;
  /** Only what identifies it, as text: said when it is gone. */
  readonly key: string;
  /** Whether a snapshot has it. */
  readonly open: boolean;
  /** What it is ordered by. */
  readonly at: readonly (string | number)[];
}

/** A row of the database as it is sent. */
export function toRow(
  channel: Channel,
  columns: readonly Column[],
  values: Readonly<Record<string, unknown>>,
): Row {
  const sent = rowToJson(values, columns, channel.json);
  const place = [
    ...(channel.markets ? ['exchange', 'symbol'] : []),
    ...(channel.timeframed ? ['timeframe'] : []),
  ];
  const { open: holds } = channel;
  const open = holds === undefined || sent[holds.column] === holds.value;
  return {
    id: idOf(channel, sent),
    json: JSON.stringify(sent),
    key: JSON.stringify(Object.fromEntries([...place, ...channel.key].map((name) => [name, sent[name]]))),
    open,
    // Open ones count as newest: none of them is forgotten for one that is over.
    at: [
      ...(holds === undefined ? [] : [Number(open)]),
      ...channel.order.map((name) => orderable(sent[name])),
    ],
  };
}

/** What tells a row apart, from the row or from its key. */
export function idOf(channel: Channel, values: Readonly<Record<string, unknown>>): string {
  return channel.key.map((name) => String(values[name])).join(' ');
}

/** Ascending by what rows are ordered by. */
export function byOrder(a: Row, b: Row): number {
  for (const [index, left] of a.at.entries()) {
    const right = b.at[index] ?? '';
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

// Times as text sort by time once the Z is off: else a whole second came after its fractions.
function orderable(value: unknown): string | number {
  return typeof value === 'number' ? value : String(value).replace(/Z$/, '');
}
