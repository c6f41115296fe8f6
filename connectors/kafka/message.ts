import type { Heartbeat, NewsScore, NewsStory, Trade } from '../landing.ts';

/** A message to a topic: the key decides its partition, the value is JSON whose fields are the columns of the table. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer;
}

/** Topic of each table that Kafka backs. */
export interface Topics {
  readonly trades: string;
  readonly heartbeats: string;
  readonly news: string;
  readonly newsScores: string;
}

/** Version of the fields, in the header `schema` of every message. A reader refuses a version that it does not know. */
export const SCHEMA_VERSION = '1';

const WHOLE = /^-?(0|[1-9]\d*)$/;

/** Rows as messages, by table. Prices and quantities stay text, times ISO 8601; ids are numbers with all their digits. */
export const toMessage = {
  trades: (topic: string, row: Trade): OutgoingMessage => ({
    topic,
    key: `${row.exchange}:${row.symbol}`,
    // Put together by hand: a number of JavaScript would round ids past 2^53.
    value: Buffer.from(
      `{"exchange":${JSON.stringify(row.exchange)},"symbol":${JSON.stringify(row.symbol)},` +
        `"trade_id":${WHOLE.test(row.tradeId) ? row.tradeId : JSON.stringify(row.tradeId)},"ts":${JSON.stringify(row.ts)},` +
        `"price":${JSON.stringify(row.price)},"quantity":${JSON.stringify(row.quantity)},` +
        `"side":"${row.side}","received_at":${JSON.stringify(row.receivedAt)}}`,
    ),
  }),
  heartbeats: (topic: string, row: Heartbeat): OutgoingMessage =>
    message(topic, `${row.exchange}:${row.symbol}`, {
      exchange: row.exchange,
      symbol: row.symbol,
      minute: row.minute,
    }),
  news: (topic: string, row: NewsStory): OutgoingMessage =>
    message(topic, row.id, {
      id: row.id,
      source: row.source,
      title: row.title,
      summary: row.summary,
      url: row.url,
      published_at: row.publishedAt,
      received_at: row.receivedAt,
    }),
  newsScores: (topic: string, row: NewsScore): OutgoingMessage =>
    message(topic, row.newsId, {
      news_id: row.newsId,
      asset: row.asset,
      model: row.model,
      score: row.score,
      confidence: row.confidence,
      reason: row.reason,
      scored_at: row.scoredAt,
    }),
};

function message(topic: string, key: string, fields: Readonly<Record<string, unknown>>): OutgoingMessage {
  return { topic, key, value: Buffer.from(JSON.stringify(fields)) };
}

/** A message as the spool keeps it: topic and key with their lengths before them, then the value. */
export function encodeMessage({ topic, key, value }: OutgoingMessage): Buffer {
  const [topicBytes, keyBytes] = [Buffer.from(topic), Buffer.from(key)];
  const lengths = Buffer.alloc(4);
  lengths.writeUInt16BE(topicBytes.length, 0);
  lengths.writeUInt16BE(keyBytes.length, 2);
  return Buffer.concat([lengths, topicBytes, keyBytes, value]);
}

export function decodeMessage(record: Buffer): OutgoingMessage {
  const keyAt = 4 + record.readUInt16BE(0);
  const valueAt = keyAt + record.readUInt16BE(2);
  return {
    topic: record.toString('utf8', 4, keyAt),
    key: record.toString('utf8', keyAt, valueAt),
    value: record.subarray(valueAt),
  };
}
