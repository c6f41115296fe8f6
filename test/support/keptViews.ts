import pg from 'pg';
import { buildCatalog } from '../../engine/catalog/catalog.ts';
import { deploy } from '../../engine/postgres/deploy/deploy.ts';
import { type Layout, layOut } from '../../engine/postgres/deploy/plan.ts';
import { Feed } from '../../engine/postgres/feed.ts';
import { Refresher } from '../../engine/postgres/refresher.ts';
import { verifyView } from '../../engine/postgres/verify.ts';
import { ViewCopy } from './viewCopy.ts';

/** Views of a catalog in a database of their own, held against their queries and their change feed at every refresh. */
export class KeptViews {
  readonly layout: Layout;
  /** Session of the one who writes and reads. */
  readonly writer: pg.Client;
  readonly #keeper: pg.Client;
  readonly #feed = new Feed();
  readonly #refresher: Refresher;
  #copies: readonly ViewCopy[] = [];

  private constructor(layout: Layout, writer: pg.Client, keeper: pg.Client) {
    this.layout = layout;
    this.writer = writer;
    this.#keeper = keeper;
    this.#refresher = new Refresher(keeper, layout, this.#feed);
  }

  /** Deploys files of a sql folder, by path, to an empty database. */
  static async open(url: string, files: ReadonlyMap<string, string>): Promise<KeptViews> {
    const layout = layOut(buildCatalog(files));
    const [writer, keeper] = [
      new pg.Client({ connectionString: url }),
      new pg.Client({ connectionString: url }),
    ];
    await Promise.all([writer.connect(), keeper.connect()]);
    const views = new KeptViews(layout, writer, keeper);
    try {
      await writer.query("set timezone = 'UTC'; set search_path = public, compat");
      await deploy(keeper, layout);
      views.#copies = await ViewCopy.follow(writer, views.#feed, layout.views);
      return views;
    } catch (error) {
      await views.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.writer.end(), this.#keeper.end()]);
  }

  /** Refreshes; throws when the feed does not give a view, or, with nothing put off, a view is not what its query gives. */
  async refresh(due: readonly string[] | 'all' = 'all', everything: readonly string[] = []): Promise<void> {
    const { changes } = await this.#refresher.refresh(due, everything);
    for (const failure of await this.#feed.publish(changes)) throw failure.cause;
    for (const copy of this.#copies) {
      const difference = await copy.difference(this.writer);
      if (difference !== '') throw new Error(difference);
    }
    if (due === 'all') await this.#verify();
  }

  async #verify(): Promise<void> {
    for (const view of this.layout.views) {
      const difference = await verifyView(this.writer, this.layout, view.name);
      if (difference) throw new Error(JSON.stringify(difference, null, 1));
    }
  }
}
