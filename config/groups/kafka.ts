import { z } from 'zod';
import { number, optional, text } from '../variable.ts';

/** The broker between connectors and the engine. */
export const KAFKA = {
  KAFKA_BROKERS: optional(
    text(
      'Kafka brokers between connectors and the engine. Without them trades go straight into the database.',
      '',
      'host:port, or several with commas',
    ),
  ),
  KAFKA_PARTITIONS: number(
    'Partitions of a topic that Tickwave makes.',
    '6',
    'a whole number from 1 to 1000',
    z.number().int().min(1).max(1000),
  ),
  KAFKA_RETENTION_HOURS: number(
    'Hours for which a topic that Tickwave makes keeps its messages.',
    '168',
    'a whole number from 1 to 87600',
    z.number().int().min(1).max(87_600),
  ),
  KAFKA_SPOOL_MB: number(
    'Megabytes of rows that wait on disk while the broker is away; connectors wait when it is full.',
    '1024',
    'a whole number from 1 to 1000000',
    z.number().int().min(1).max(1_000_000),
  ),
} as const;
