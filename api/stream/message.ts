import type { Channel } from './channels.ts';
import type { Topic, TopicChange } from './topic.ts';

/** A message as text, and as the bytes of either protocol: made once, however many get it. */
export class Message {
  readonly channel: string;
  readonly text: string;
  /** Where to go on from, for those who come back. */
  readonly cursor: string | null;
  #bytes: Buffer | null = null;
  #event: Buffer | null = null;

  constructor(channel: string, text: string, cursor: string | null = null) {
    this.channel = channel;
    this.text = text;
    this.cursor = cursor;
  }

  /** For a WebSocket. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.text);
    return this.#bytes;
  }

  /** As a server-sent event; a heartbeat is a comment, which no reader takes for one. */
  get event(): Buffer {
    if (this.channel === 'heartbeat') return COMMENT;
    const id = this.cursor === null ? '' : `id: ${this.cursor}\n`;
    this.#event ??= Buffer.from(`${id}event: ${this.channel}\ndata: ${this.text}\n\n`);
    return this.#event;
  }
}

/** Rows of a channel, made into text already. */
export function rowsMessage(
  channel: Channel,
  type: 'snapshot' | 'update' | 'delete',
  rows: readonly string[],
  cursor: string,
): Message {
  return new Message(
    channel.name,
    `{"channel":"${channel.name}","type":"${type}","cursor":"${cursor}","data":[${rows.join(',')}]}`,
    cursor,
  );
}

/** Says that rows were not sent, and how many if that is known. */
export function gapMessage(topic: Topic, dropped: number | null, cursor: string): Message {
  const { channel, market, timeframe } = topic;
  const data = [{ ...market, ...(timeframe === null ? {} : { timeframe }), dropped }];
  return new Message(
    channel.name,
    JSON.stringify({ channel: channel.name, type: 'gap', cursor, data }),
    cursor,
  );
}

/** What changed, as messages. */
export function changeMessages(
  channel: Channel,
  changes: readonly TopicChange[],
  cursor: string,
): readonly Message[] {
  const messages = changes.flatMap(({ topic, dropped }) =>
    dropped === 0 ? [] : [gapMessage(topic, dropped, cursor)],
  );
  const gone = changes.flatMap((change) => change.gone.map((row) => row.key));
  if (gone.length > 0) messages.push(rowsMessage(channel, 'delete', gone, cursor));
  const rows = changes.flatMap((change) => change.rows.map((row) => row.json));
  if (rows.length > 0) messages.push(rowsMessage(channel, 'update', rows, cursor));
  return messages;
}

const COMMENT = Buffer.from(': heartbeat\n\n');

/** Told when nothing else is. */
export const HEARTBEAT = new Message('heartbeat', '{"channel":"heartbeat"}');
