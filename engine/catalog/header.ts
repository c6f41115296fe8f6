/** What the comment block at the top of a file of `sql/` states. */
export interface Header {
  /** What the object is for, in one sentence with its grain. */
  readonly summary: string;
  /** Columns that identify a row. */
  readonly grain: readonly string[];
  /** The column that says when. */
  readonly time: string | null;
  /** How old the newest row of a partition may get before the engine refreshes it, in milliseconds; null is at once. */
  readonly freshnessMs: number | null;
  /** The owner's notes. */
  readonly why: string;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };
const KEYS = ['grain', 'time', 'freshness', 'why'] as const;
type Key = (typeof KEYS)[number];

function keyOf(line: string): { key: Key; rest: string } | null {
  const match = /^(\w+):\s*(.*)$/.exec(line);
  const key = KEYS.find((candidate) => candidate === match?.[1]);
  return key ? { key, rest: match?.[2] ?? '' } : null;
}

/** Milliseconds of `1 s`, `500 ms`, `5 min`, `1 h`; null when it is none of these. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h)$/.exec(text.trim());
  const unit = UNITS[match?.[2] ?? ''];
  return match && unit ? Number(match[1]) * unit : null;
}

/** Reads the header; `problems` names what could not be read. */
export function readHeader(lines: readonly string[]): { header: Header; problems: string[] } {
  const fields: Record<Key | 'summary', string[]> = {
    summary: [],
    grain: [],
    time: [],
    freshness: [],
    why: [],
  };
  let current: Key | 'summary' = 'summary';
  for (const line of lines) {
    const found = keyOf(line);
    if (found) current = found.key;
    fields[current].push((found ? found.rest : line).trim());
  }
  const text = (key: Key | 'summary'): string => fields[key].filter(Boolean).join(' ');
  const freshness = text('freshness');
  const freshnessMs = freshness ? parseDuration(freshness) : null;
  const problems =
    freshness && freshnessMs === null
      ? [`freshness is '${freshness}'; write a number and ms, s, min or h, as in 'freshness: 1 s'`]
      : [];
  const grain = text('grain')
    .split(',')
    .map((column) => column.trim())
    .filter(Boolean);
  return {
    header: { summary: text('summary'), grain, time: text('time') || null, freshnessMs, why: text('why') },
    problems,
  };
}
