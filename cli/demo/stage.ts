import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { PostgresLanding } from '../../connectors/postgresLanding.ts';
import { loadCatalog } from '../../engine/catalog/catalog.ts';
import { systemClock } from '../../engine/clock.ts';
import { Engine } from '../../engine/engine.ts';
import { deleteDataFolder } from '../../engine/postgres/server/placement.ts';
import { playDemo } from '../../jobs/demo/demo.ts';
import { demoReport } from '../../jobs/demo/demoReport.ts';
import type { DemoOptions } from '../../jobs/demo/options.ts';
import { type Algorithms, availableAlgorithms } from '../../jobs/models/algorithms.ts';
import { ownerPool } from '../../jobs/ownerPool.ts';
import { openRegistry } from '../../jobs/registry/openRegistry.ts';
import type { Report } from '../../jobs/report/report.ts';
import { STANDARD_SETTINGS } from '../../jobs/training/settings.ts';
import type { Context } from '../context.ts';
import { type Database, openDatabase } from '../database.ts';
import { explainError, UsageError } from '../errors.ts';
import { libraryPlaces } from '../models/places.ts';
import type { DemoFlags } from './flags.ts';
import { showProgress } from './progress.ts';
import type { DemoSource } from './source.ts';

/** Trees at most, and rounds without a lower loss: a demonstration is not to take the evening. */
const ROUNDS = { rounds: 200, patience: 15 };

/** A database of its own with the engine on it, on which a demonstration is played. */
export interface Stage {
  /** Plays the source to its end. @throws TrainingCancelled when the signal aborts */
  play(source: DemoSource, signal: AbortSignal): Promise<Report>;
}

/** A demonstration begins with nothing. @throws UsageError when the data folder to keep holds something */
export function checkFolder({ dataDir }: DemoFlags): void {
  if (dataDir === undefined) return;
  const folder = resolve(dataDir);
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new UsageError(
      `--data-dir is ${folder}, which is not empty; a demo begins with an empty database, name another folder`,
    );
}

/** Brings up a stage for some work; stops everything after it, and deletes the data folder unless it was to be kept. */
export async function onStage<Result>(
  context: Context,
  flags: DemoFlags,
  work: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const config = context.config();
  const folder = folderOf(flags);
  const ours = { ...config, DATA_DIR: folder, DATABASE_URL: null, DATABASE_PORT: null };
  const closing: (() => Promise<unknown>)[] = [];
  if (flags.dataDir === undefined) closing.push(async () => deleteTemporary(folder));
  try {
    const database = await openDatabase(ours, context.terminal.debug);
    closing.push(() => database.stop());
    const engine = await Engine.open({
      url: database.url('owner'),
      catalog: await loadCatalog(config.SQL_DIR),
    });
    closing.push(() => engine.stop());
    const algorithms = await availableAlgorithms(libraryPlaces(config), 1);
    closing.push(() => algorithms.close());
    for (const { name, reason } of algorithms.unavailable)
      context.terminal.warn(`${name} is left out: ${reason}`);
    return await work({
      play: (source, signal) =>
        play(context, flags, { database, engine, algorithms, folder, source, signal }),
    });
  } finally {
    const said = (error: unknown): void => context.terminal.warn(explainError(error));
    for (const end of closing.reverse()) await end().catch(said);
  }
}

function folderOf({ dataDir }: DemoFlags): string {
  return dataDir === undefined
    ? join(mkdtempSync(join(tmpdir(), 'tickwave-demo-')), 'data')
    : resolve(dataDir);
}

function deleteTemporary(folder: string): void {
  deleteDataFolder(folder);
  rmSync(dirname(folder), { recursive: true, force: true });
}

interface Playing {
  readonly database: Database;
  readonly engine: Engine;
  readonly algorithms: Algorithms;
  readonly folder: string;
  readonly source: DemoSource;
  readonly signal: AbortSignal;
}

async function play(context: Context, flags: DemoFlags, playing: Playing): Promise<Report> {
  const { MODEL_CONFIDENCE, MODEL_LEAST_WINDOWS } = context.config();
  const { database, engine, algorithms, folder, source, signal } = playing;
  const connectionString = database.url('owner');
  const pool = ownerPool(connectionString, 'tickwave demo', 3);
  const landing = new PostgresLanding({ connection: connectionString, durable: false });
  const progress = showProgress(context);
  const settings = { ...STANDARD_SETTINGS, ...ROUNDS, algorithm: flags.algorithm };
  try {
    const options: DemoOptions = {
      ...{ pool, algorithms, settings, signal, clock: systemClock },
      refresh: () => engine.refresh(),
      registry: openRegistry(pool, { dataDir: folder, mlflowUri: null }, systemClock),
      tape: source.recording.tape(landing),
      studies: source.studies,
      rules: { confidence: MODEL_CONFIDENCE, leastWindows: MODEL_LEAST_WINDOWS, seed: settings.seed },
      trainShare: flags.trainShare,
      stepMinutes: flags.step,
      timeOf: source.timeOf,
      onProgress: progress.at,
      say: context.terminal.say,
    };
    const { candles, trades } = source.recording;
    return await demoReport(options, await playDemo(options), { ...source.about, candles, trades });
  } finally {
    progress.end();
    await landing.close();
    await pool.end();
  }
}
