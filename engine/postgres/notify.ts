import type { ClientBase } from 'pg';
import type { ViewChanges } from './feed.ts';

/** Channel of PostgreSQL's NOTIFY that says which views a refresh changed, and how many rows of each; after their keys, where these are told. */
export const CHANGES_CHANNEL = 'tickwave_changes';
/** Channel on which another process says the name of a view or table whose changed keys it wants to be told for a while. */
export const FOLLOW_CHANNEL = 'tickwave_follow';
/** PostgreSQL refuses payloads of 8,000 bytes and more. */
const PAYLOAD_BYTES = 7900;
/** Notifications of one view in one refresh; beyond that a listener is told only that there were more. */
const MOST_PARTS = 100;

/** Channel on which the changed keys of one view are told. */
export function keysChannel(view: string): string {
  return `tickwave_${view}`;
}

/** The changed keys of a view as payloads that PostgreSQL takes, in order. The last one says so when keys were left out. */
export function payloads(changes: ViewChanges): string[] {
  const { refresh, view } = changes;
  const parts: string[][] = [[]];
  let bytes = 0;
  for (const change of changes.changes) {
    const text = JSON.stringify({ op: change.op, key: change.key });
    const size = Buffer.byteLength(text) + 1;
    if (bytes + size > PAYLOAD_BYTES - 200) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(text);
    bytes += size;
  }
  const kept = parts.slice(0, MOST_PARTS).filter((part) => part.length > 0);
  const head = `"refresh":${refresh},"view":${JSON.stringify(view)}`;
  const texts = kept.map(
    (part, index) => `{${head},"part":${index + 1},"parts":${kept.length},"changes":[${part.join(',')}]}`,
  );
  if (parts.length > MOST_PARTS || changes.truncated)
    texts.push(`{${head},"rows":${changes.changes.length},"truncated":true}`);
  return texts;
}

/** Tells the changed keys of a view within the transaction that wrote them: listeners hear of them when it commits. */
export async function notifyKeys(client: ClientBase, changes: ViewChanges): Promise<void> {
  for (const payload of payloads(changes)) {
    await client.query({
      name: 'notify_keys',
      text: 'select pg_notify($1, $2)',
      values: [keysChannel(changes.view), payload],
    });
  }
}
