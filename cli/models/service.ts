import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type pg from 'pg';
import type { Config } from '../../config/config.ts';
import { systemClock } from '../../engine/clock.ts';
import type { Alerts } from '../../jobs/alerts/alertsFile.ts';
import { alertsJob } from '../../jobs/alerts/alertsJob.ts';
import { availableAlgorithms } from '../../jobs/models/algorithms.ts';
import { STANDARD_MONITORING } from '../../jobs/monitoring/settings.ts';
import { ownerPool } from '../../jobs/ownerPool.ts';
import { openRegistry } from '../../jobs/registry/openRegistry.ts';
import { findHistory } from '../../jobs/retraining/history.ts';
import type { RetrainRequest } from '../../jobs/retraining/request.ts';
import { trainingJob } from '../../jobs/retraining/trainAll.ts';
import { JobRunner } from '../../jobs/schedule/runner.ts';
import { parseSchedule } from '../../jobs/schedule/schedule.ts';
import { Membership } from '../../jobs/scoring/membership.ts';
import { notifications } from '../../jobs/scoring/notifications.ts';
import { ModelService, type ModelServiceOptions } from '../../jobs/service/service.ts';
import { diskOf } from '../disk.ts';
import { openLog } from '../logger.ts';
import { libraryPlaces } from './places.ts';
import {
  expiryMs,
  promotionRules,
  registryPlaces,
  trainingLimits,
  trainingPlatform,
  trainingRequests,
} from './settings.ts';

/** Looks for closed minutes by itself this often, should a notification be lost. */
const POLL_MS = 1000;
const CONNECTIONS = 10;

/** The models at work on a database. */
export interface OpenModels {
  readonly service: ModelService;
  /** What cannot be used on this machine, in words; empty when all can be. */
  readonly remarks: readonly string[];
  close(): Promise<void>;
}

export interface ModelsOptions {
  readonly config: Config;
  /** As the owner of the database. */
  readonly url: string;
  readonly say: (sentence: string) => void;
  /** The file of alerts, which was read before anything was started. */
  readonly alerts: Alerts;
  /** Whether it trains by schedule too. */
  readonly trains: boolean;
}

/** Opens what models need; `service.run` sets them to work. */
export async function openModels({ config, url, say, trains, alerts }: ModelsOptions): Promise<OpenModels> {
  const pool = ownerPool(url, 'tickwave models', CONNECTIONS);
  const algorithms = await availableAlgorithms(libraryPlaces(config), 1);
  const { SCORING_PARTITION: fixed } = config;
  const id = `${hostname()} ${randomUUID()}`;
  const membership = fixed === 'auto' ? new Membership({ pool, clock: systemClock, id, say }) : null;
  const service = new ModelService({
    ...{ pool, algorithms, say, logger: openLog(config) },
    registry: openRegistry(pool, registryPlaces(config), systemClock),
    clock: systemClock,
    onChange: notifications(url, systemClock),
    pollMs: POLL_MS,
    catchUpMinutes: config.MODEL_CATCH_UP,
    membership,
    partition: () => (fixed === 'auto' ? (membership?.partition ?? null) : fixed),
    expiryMs: expiryMs(config),
    rules: promotionRules(config),
    monitoring: STANDARD_MONITORING,
    training: trains ? scheduledTraining(config, url, pool) : null,
    alerts: alertsJob({ pool, clock: systemClock, alerts, disk: () => diskOf(config.DATA_DIR), say }),
  });
  const remarks = algorithms.unavailable.map(({ reason }) => reason);
  return {
    ...{ service, remarks },
    close: async () => {
      await algorithms.close();
      await pool.end();
    },
  };
}

function scheduledTraining(config: Config, url: string, pool: pg.Pool): ModelServiceOptions['training'] {
  const schedule = parseSchedule(config.MODEL_RETRAIN_INTERVAL);
  if (schedule === null) return null;
  const platform = trainingPlatform(config, url);
  const requests = trainingRequests(config, `It was trained by schedule (${schedule.text}).`);
  const early = trainingRequests(config, 'It was trained before its time: retraining_decisions says why.');
  return {
    schedule,
    job: trainingJob(platform, requests),
    early: (names) =>
      trainingJob(
        platform,
        early.filter(({ name }) => names.includes(name)),
      ),
    ready: () => hasHistory(pool, requests),
    limits: trainingLimits(config),
    runner: new JobRunner({ pool, clock: systemClock, memory: () => process.memoryUsage().rss }),
  };
}

/** Whether there is enough to train one of the models on. */
async function hasHistory(pool: pg.Pool, requests: readonly RetrainRequest[]): Promise<boolean> {
  const client = await pool.connect();
  try {
    for (const request of requests) {
      const rows = (await findHistory(client, request)).reduce((sum, market) => sum + market.rows, 0);
      if (rows >= request.leastRows) return true;
    }
    return false;
  } finally {
    client.release();
  }
}
