import { readFileSync } from 'node:fs';
import { rowLimit } from '../../engine/database/rowLimit.ts';
import type { NewsStory } from '../landing.ts';
import { type Connection, PgSession } from '../pgSession.ts';

/** What is known of news from earlier runs. */
export interface NewsArchive {
  /** Stories that came at or after this time (ISO 8601 in UTC), the newest `limit`, oldest first. */
  recent(since: string, limit: number): Promise<readonly NewsStory[]>;
  /** Those of the ids that are stored. */
  known(ids: readonly string[]): Promise<ReadonlySet<string>>;
}

const RECENT = readFileSync(new URL('../sql/recentNews.sql', import.meta.url), 'utf8');
const KNOWN = 'select id from news where id = any($1::text[])';

interface NewsRow {
  readonly id: string;
  readonly source: string;
  readonly title: string;
  readonly summary: string | null;
  readonly url: string | null;
  readonly published_at: Date | null;
  readonly received_at: Date;
}

/** The table `news` of a PostgreSQL database, over a connection of its own. */
export class PostgresNewsArchive implements NewsArchive {
  private readonly session: PgSession;

  constructor(connection: Connection) {
    this.session = new PgSession(connection);
  }

  async recent(since: string, limit: number): Promise<readonly NewsStory[]> {
    const { rows } = await this.session.run('the look for recent news', (client) =>
      client.query<NewsRow>(`${RECENT} limit ${rowLimit(limit)}`, [since]),
    );
    return rows.map(storyOfRow).reverse();
  }

  async known(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const { rows } = await this.session.run('the look for known news', (client) =>
      client.query<{ id: string }>(KNOWN, [ids]),
    );
    return new Set(rows.map((row) => row.id));
  }

  close(): Promise<void> {
    return this.session.close();
  }
}

function storyOfRow(row: NewsRow): NewsStory {
  return {
    id: row.id,
    source: row.source,
    title: row.title,
    summary: row.summary,
    url: row.url,
    publishedAt: row.published_at?.toISOString() ?? null,
    receivedAt: row.received_at.toISOString(),
  };
}
