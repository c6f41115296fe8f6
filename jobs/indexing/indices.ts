import type { Client } from '@elastic/elasticsearch';
import type { PresentSource } from './columns.ts';
import { statusOf } from './failure.ts';
import { aliasOf, endOf, generationOf, indexOf, POLICY, templateOf } from './template.ts';

const DAY = 86_400_000;

/** The indices of our sources: templates, creation and retention. */
export class Indices {
  readonly #client: Client;
  readonly #retentionDays: number;
  #there = new Set<string>();
  #lifecycle: boolean | null = null;

  constructor(client: Client, retentionDays: number) {
    this.#client = client;
    this.#retentionDays = retentionDays;
  }

  /** Forgets what is there, as after an outage: it may be another cluster by now. */
  forget(): void {
    this.#there = new Set();
    this.#lifecycle = null;
  }

  /** Puts the template of a source, and deletes indices that were made with another mapping: the tables have it all. */
  async prepare(source: PresentSource): Promise<void> {
    this.#lifecycle ??= await this.#hasLifecycles();
    await this.#client.indices.putIndexTemplate(templateOf(source, this.#lifecycle));
    const current = `${aliasOf(source)}-${generationOf(source)}-`;
    const old = (await this.of(source)).filter((index) => !index.startsWith(current));
    await this.#delete(old);
  }

  /** The indices of a source, those of former mappings too. */
  async of(source: PresentSource): Promise<string[]> {
    const rows = await this.#client.cat.indices({
      ...{ index: `${aliasOf(source)}-*`, h: 'index', format: 'json' },
      ...{ expand_wildcards: 'all' },
    });
    // A name may begin with another's; what follows ours is a hash.
    const ours = new RegExp(`^${aliasOf(source)}-[0-9a-f]{8}-(all|[0-9.]+)$`);
    return rows.flatMap(({ index }) => (index !== undefined && ours.test(index) ? [index] : [])).sort();
  }

  /** The index of a moment, made when it is not there. */
  async at(source: PresentSource, ms: number): Promise<string> {
    const index = indexOf(source, ms);
    if (this.#there.has(index)) return index;
    if (!(await this.#client.indices.exists({ index }))) {
      await this.#client.indices.create({ index }).catch((error: unknown) => {
        if (!String((error as Error).message).includes('resource_already_exists')) throw error;
      });
    }
    if (this.#there.size > 5_000) this.#there.clear();
    this.#there.add(index);
    return index;
  }

  /** The moment before which nothing of a source is kept, when its newest row is of `newest`. */
  keptFrom(source: PresentSource, newest: number): number {
    return source.period === 'ever' ? Number.NEGATIVE_INFINITY : newest - this.#retentionDays * DAY;
  }

  /** Deletes the indices that have nothing but what is older. @returns their names */
  async deleteBefore(source: PresentSource, before: number): Promise<string[]> {
    const old = (await this.of(source)).filter(
      (index) => (endOf(index) ?? Number.POSITIVE_INFINITY) <= before,
    );
    await this.#delete(old);
    return old;
  }

  async #delete(indices: readonly string[]): Promise<void> {
    for (const index of indices) {
      await this.#client.indices.delete({ index, ignore_unavailable: true });
      this.#there.delete(index);
    }
  }

  /**
   * Whether the cluster has index lifecycles; if so, puts ours. We delete by the age of what is in an index; the policy
   * deletes by the age of the index, which is less, so it only matters once Tickwave runs no more. Asked by trying: a
   * cluster without them has no such address.
   */
  async #hasLifecycles(): Promise<boolean> {
    const after = `${this.#retentionDays + 31}d`;
    try {
      await this.#client.ilm.putLifecycle({
        name: POLICY,
        policy: { phases: { hot: { actions: {} }, delete: { min_age: after, actions: { delete: {} } } } },
      });
      return true;
    } catch (error) {
      const status = statusOf(error);
      if (status === 400 || status === 404 || status === 405 || status === 403) return false;
      throw error;
    }
  }
}
