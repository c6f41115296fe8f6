import { readFileSync } from 'node:fs';
import { rowLimit } from '../../../engine/database/rowLimit.ts';
import type { NewsStory } from '../../landing.ts';
import { type Connection, PgSession } from '../../pgSession.ts';

/** What is stored of stories and scores: the memory that outlives the process. */
export interface StoredScores {
  /** Those of the ids that have a score, whichever model gave it: a story is scored once. */
  scored(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Stories published and first seen since then that nobody has scored, the newest first. */
  unscored(since: string, limit: number): Promise<readonly NewsStory[]>;
}

const FIND_SCORED = readFileSync(new URL('./sql/findScored.sql', import.meta.url), 'utf8');
const FIND_UNSCORED = readFileSync(new URL('./sql/findUnscored.sql', import.meta.url), 'utf8');

interface NewsRow {
  readonly id: string;
  readonly source: string;
  readonly title: string;
  readonly summary: string | null;
  readonly url: string | null;
  readonly published_at: Date | null;
  readonly received_at: Date;
}

/** The tables `news` and `news_scores`, over a connection of its own. */
export class PostgresStoredScores implements StoredScores {
  private readonly session: PgSession;

  constructor(connection: Connection) {
    this.session = new PgSession(connection);
  }

  async scored(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await this.session.run('a look at news_scores', (client) =>
      client.query<{ news_id: string }>({ name: 'find scored', text: FIND_SCORED, values: [ids] }),
    );
    return new Set(found.rows.map((row) => row.news_id));
  }

  async unscored(since: string, limit: number): Promise<readonly NewsStory[]> {
    const found = await this.session.run('a look at news', (client) =>
      client.query<NewsRow>(`${FIND_UNSCORED} limit ${rowLimit(limit)}`, [since]),
    );
    return found.rows.map((row) => ({
      id: row.id,
      source: row.source,
      title: row.title,
      summary: row.summary,
      url: row.url,
      publishedAt: row.published_at?.toISOString() ?? null,
      receivedAt: row.received_at.toISOString(),
    }));
  }

  /** Waits for what is under way, then disconnects. */
  close(): Promise<void> {
    return this.session.close();
  }
}
