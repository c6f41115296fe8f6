import { z } from 'zod';
import type { Clock } from '../../../engine/clock.ts';
import { MlflowFailed } from '../errors.ts';
import { MlflowHttp } from './http.ts';

// What is read of MLflow's answers: https://mlflow.org/docs/latest/api_reference/rest-api.html
const nothing = z.object({});
const experimentSchema = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const createdSchema = z.object({ experiment_id: z.string() });
const runSchema = z.object({
  run: z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string() }) }),
});
const tags = z.array(z.object({ key: z.string(), value: z.string() })).default([]);
const versionSchema = z.object({
  name: z.string(),
  version: z.coerce.number().int(),
  source: z.string().default(''),
  creation_timestamp: z.coerce.number().default(0),
  tags,
});
const modelSchema = z.object({
  name: z.string(),
  aliases: z.array(z.object({ alias: z.string(), version: z.coerce.number().int() })).default([]),
});
const page = z.object({ next_page_token: z.string().optional() });
const versionsSchema = page.extend({ model_versions: z.array(versionSchema).default([]) });
const modelsSchema = page.extend({ registered_models: z.array(modelSchema).default([]) });

/** A version as MLflow has it. */
export type MlflowVersion = z.output<typeof versionSchema>;
/** A registered model as MLflow has it. */
export type MlflowModel = z.output<typeof modelSchema>;

/** A run under way. */
export interface MlflowRun {
  readonly runId: string;
  /** Where its files go, as `mlflow-artifacts:/1/…/artifacts`. */
  readonly artifactUri: string;
}

/** Tag of all that Tickwave registers; its value is the hash of `bundle.json`. */
export const HASH_TAG = 'tickwave_bundle';
/** What MLflow takes in one `log-batch`. */
const BATCH = 100;
/** Pages that are read at most, of 200 entries. */
const MOST_PAGES = 50;

/** The part of MLflow's REST API that the registry uses. Every method throws MlflowFailed. */
export class MlflowClient {
  readonly http: MlflowHttp;
  readonly #clock: Clock;

  constructor(uri: string, clock: Clock) {
    this.http = new MlflowHttp(uri, clock);
    this.#clock = clock;
  }

  /** The id of the experiment, which is made when it is not there. */
  async experiment(name: string): Promise<string> {
    const find = async (): Promise<string | null> => {
      const query = { experiment_name: name };
      const found = await absent(this.http.get('experiments/get-by-name', query, experimentSchema));
      return found?.experiment.experiment_id ?? null;
    };
    const known = await find();
    if (known !== null) return known;
    try {
      return (await this.http.change('POST', 'experiments/create', { name }, createdSchema, false))
        .experiment_id;
    } catch (error) {
      // Somebody else was faster.
      const made = isReason(error, 'RESOURCE_ALREADY_EXISTS') ? await find() : null;
      if (made === null) throw error;
      return made;
    }
  }

  async startRun(experiment: string, name: string): Promise<MlflowRun> {
    const body = { experiment_id: experiment, run_name: name, start_time: this.#clock.now() };
    const { run } = await this.http.change('POST', 'runs/create', body, runSchema, false);
    return { runId: run.info.run_id, artifactUri: run.info.artifact_uri };
  }

  async log(
    runId: string,
    metrics: readonly (readonly [string, number])[],
    params: readonly (readonly [string, string])[],
  ): Promise<void> {
    const timestamp = this.#clock.now();
    for (let from = 0; from < Math.max(metrics.length, params.length); from += BATCH) {
      const body = {
        run_id: runId,
        metrics: metrics
          .slice(from, from + BATCH)
          .map(([key, value]) => ({ key, value, timestamp, step: 0 })),
        params: params.slice(from, from + BATCH).map(([key, value]) => ({ key, value })),
      };
      await this.http.change('POST', 'runs/log-batch', body, nothing, true);
    }
  }

  async endRun(runId: string, status: 'FINISHED' | 'FAILED'): Promise<void> {
    const body = { run_id: runId, status, end_time: this.#clock.now() };
    await this.http.change('POST', 'runs/update', body, nothing, true);
  }

  /** Makes the registered model when it is not there. */
  async ensureModel(name: string): Promise<void> {
    const body = { name, tags: [{ key: HASH_TAG, value: 'yes' }] };
    try {
      await this.http.change('POST', 'registered-models/create', body, nothing, false);
    } catch (error) {
      if (!isReason(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
    }
  }

  async createVersion(name: string, source: string, runId: string, hash: string): Promise<MlflowVersion> {
    const body = { name, source, run_id: runId, tags: [{ key: HASH_TAG, value: hash }] };
    const schema = z.object({ model_version: versionSchema });
    return (await this.http.change('POST', 'model-versions/create', body, schema, false)).model_version;
  }

  /** Versions of a name that Tickwave registered. */
  async versions(name: string): Promise<readonly MlflowVersion[]> {
    const query = { filter: `name='${name}'`, max_results: '200' };
    const all = await this.#pages(async (token) => {
      const answer = await this.http.get('model-versions/search', { ...query, ...token }, versionsSchema);
      return { rows: answer.model_versions, next: answer.next_page_token };
    });
    return all.filter((version) => version.tags.some(({ key }) => key === HASH_TAG));
  }

  /** Registered models that Tickwave made, with their aliases. */
  async models(): Promise<readonly MlflowModel[]> {
    const query = { filter: `tags.${HASH_TAG}='yes'`, max_results: '200' };
    const found = await this.#pages(async (token) => {
      const answer = await this.http.get('registered-models/search', { ...query, ...token }, modelsSchema);
      return { rows: answer.registered_models, next: answer.next_page_token };
    });
    // A search does not say the aliases.
    return Promise.all(found.map(({ name }) => this.model(name)));
  }

  async model(name: string): Promise<MlflowModel> {
    const schema = z.object({ registered_model: modelSchema });
    return (await this.http.get('registered-models/get', { name }, schema)).registered_model;
  }

  async setAlias(name: string, alias: string, version: number): Promise<void> {
    const body = { name, alias, version: String(version) };
    await this.http.change('POST', 'registered-models/alias', body, nothing, true);
  }

  async deleteAlias(name: string, alias: string): Promise<void> {
    await this.http.change('DELETE', 'registered-models/alias', { name, alias }, nothing, true);
  }

  async deleteVersion(name: string, version: number): Promise<void> {
    const body = { name, version: String(version) };
    await absent(this.http.change('DELETE', 'model-versions/delete', body, nothing, true));
  }

  async #pages<Row>(
    read: (
      token: Readonly<Record<string, string>>,
    ) => Promise<{ rows: readonly Row[]; next: string | undefined }>,
  ): Promise<readonly Row[]> {
    const rows: Row[] = [];
    let token: Readonly<Record<string, string>> = {};
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const answer = await read(token);
      rows.push(...answer.rows);
      if (answer.next === undefined || answer.next === '') return rows;
      token = { page_token: answer.next };
    }
    throw new MlflowFailed(
      `MLflow lists more than ${MOST_PAGES * 200} entries;`,
      'delete old versions there, or use another name for the model.',
      { status: null, reason: 'too many' },
    );
  }
}

/** The answer, or null when MLflow says that there is no such thing. */
async function absent<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isReason(error, 'RESOURCE_DOES_NOT_EXIST')) return null;
    throw error;
  }
}

function isReason(error: unknown, reason: string): boolean {
  return error instanceof MlflowFailed && error.reason === reason;
}
