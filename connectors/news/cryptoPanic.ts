import { z } from 'zod';
import type { Clock } from '../../engine/clock.ts';
import { BadField } from '../errors.ts';
import { isoOf } from '../instant.ts';
import type { NewsStory } from '../landing.ts';
import { FeedUnreadable, SourceRefused } from './errors.ts';
import type { PageReader } from './http/reader.ts';
import type { Collected, NewsSource, UnusableItem } from './source.ts';
import { storyOf } from './story.ts';

/** CryptoPanic's plans; each has an address of its own. */
export const CRYPTOPANIC_PLANS = ['developer', 'growth', 'enterprise'] as const;
export type CryptoPanicPlan = (typeof CRYPTOPANIC_PLANS)[number];

/** The developer plan counts requests by the month. */
const DEVELOPER_INTERVAL_MS = 15 * 60_000;
/** Pages that are read at most to come up with what is known. */
const MAX_PAGES = 3;

const answer = z.object({ next: z.string().nullish(), results: z.array(z.unknown()).max(500) });
const text = z.string().nullish();
const post = z.object({
  id: z.union([z.number(), z.string()]).nullish(),
  title: text,
  description: text,
  published_at: text,
  url: text,
  original_url: text,
  source: z.object({ title: text, domain: text }).nullish(),
  domain: text,
});

export interface CryptoPanicOptions {
  readonly key: string;
  readonly plan: CryptoPanicPlan;
  readonly intervalMs: number;
  readonly reader: PageReader;
  readonly clock: Clock;
  /** Another address, for tests and proxies. */
  readonly baseUrl?: string;
}

/** News of CryptoPanic's API, version 2, newest first; goes back by pages until it meets what it had the last time. */
export class CryptoPanicSource implements NewsSource {
  readonly name = 'cryptopanic';
  readonly intervalMs: number;
  private readonly options: CryptoPanicOptions;
  /** Publication of the newest post that is stored. */
  private newest = '';

  constructor(options: CryptoPanicOptions) {
    this.options = options;
    const least = options.plan === 'developer' ? DEVELOPER_INTERVAL_MS : 0;
    this.intervalMs = Math.max(least, options.intervalMs);
  }

  async collect(signal: AbortSignal): Promise<Collected> {
    const stories: NewsStory[] = [];
    const unusable: UnusableItem[] = [];
    let next: string | null = this.firstPage();
    for (let page = 0; next !== null && page < MAX_PAGES; page++) {
      const read: PostPage = this.posts(await this.page(next, signal));
      stories.push(...read.stories);
      unusable.push(...read.unusable);
      const oldest = read.stories.at(-1)?.publishedAt ?? '';
      // At the first visit there is nothing to come up with: one page will do.
      next = this.newest === '' || oldest <= this.newest ? null : this.safe(read.next);
    }
    const newest = stories.reduce((latest, { publishedAt }) => max(latest, publishedAt ?? ''), this.newest);
    return {
      stories,
      unusable,
      waitMs: 0,
      stored: () => {
        this.newest = newest;
      },
    };
  }

  private firstPage(): string {
    const { baseUrl = 'https://cryptopanic.com', plan, key } = this.options;
    const query = new URLSearchParams({ auth_token: key, public: 'true', kind: 'news', regions: 'en' });
    return `${baseUrl}/api/${plan}/v2/posts/?${query}`;
  }

  private async page(url: string, signal: AbortSignal): Promise<Buffer> {
    try {
      const page = await this.options.reader.read(url, { accept: 'application/json', signal });
      return 'unchanged' in page ? Buffer.from('{"results":[]}') : page.body;
    } catch (error) {
      if (!(error instanceof SourceRefused) || (error.status !== 401 && error.status !== 403)) throw error;
      throw new SourceRefused(
        `CryptoPanic answers HTTP ${error.status}.`,
        'Check CRYPTOPANIC_KEY, and that CRYPTOPANIC_PLAN is its plan.',
        error,
      );
    }
  }

  private posts(body: Buffer): PostPage {
    const read = answer.safeParse(parsed(body));
    if (!read.success) {
      throw new FeedUnreadable(
        'CryptoPanic answers something other than a list of posts.',
        'It is tried again later; if it stays so, its API has changed.',
        Buffer.from(body.toString('utf8').replaceAll(this.options.key, '(key)')),
      );
    }
    const receivedAt = isoOf(this.options.clock.now() * 1000);
    const stories: NewsStory[] = [];
    const unusable: UnusableItem[] = [];
    for (const one of read.data.results) {
      try {
        stories.push(storyOfPost(one, receivedAt));
      } catch (error) {
        if (!(error instanceof BadField)) throw error;
        unusable.push({ reason: error.message, raw: Buffer.from(JSON.stringify(one)) });
      }
    }
    return { stories, unusable, next: read.data.next ?? null };
  }

  /** The address of the next page, only when it is of the same API: the key is in it. */
  private safe(next: string | null): string | null {
    if (next === null || !URL.canParse(next)) return null;
    const first = new URL(this.firstPage());
    const { origin, pathname } = new URL(next);
    return origin === first.origin && pathname === first.pathname ? next : null;
  }
}

interface PostPage {
  readonly stories: readonly NewsStory[];
  readonly unusable: readonly UnusableItem[];
  readonly next: string | null;
}

function storyOfPost(value: unknown, receivedAt: string): NewsStory {
  const read = post.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new BadField(issue?.path.join('.') || 'post', value, issue?.message ?? 'a post');
  }
  const { data } = read;
  const publisher = data.source?.domain ?? data.source?.title ?? data.domain;
  return storyOf(
    {
      source: publisher ?? 'cryptopanic',
      title: data.title,
      summary: data.description,
      url: data.original_url ?? data.url,
      guid: data.id === null || data.id === undefined ? null : `cryptopanic ${data.id}`,
      publishedAt: data.published_at,
    },
    receivedAt,
  );
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return null;
  }
}

const max = (a: string, b: string): string => (a > b ? a : b);
