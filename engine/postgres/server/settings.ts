import { SettingRefused } from './errors.ts';

/** What the embedded server runs with, chosen for two cores and a laptop's memory. */
const DEFAULTS: Readonly<Record<string, string>> = {
  // Memory
  shared_buffers: '256MB',
  effective_cache_size: '1GB',
  work_mem: '32MB',
  maintenance_work_mem: '128MB',
  max_connections: '60',
  // Durability: a commit is on disk when the writer is told so.
  synchronous_commit: 'on',
  // No replica reads this WAL, so bulk loads into new tables need not be logged twice.
  wal_level: 'minimal',
  max_wal_senders: '0',
  wal_compression: 'on',
  // Few, spread checkpoints: each makes every page be logged whole once more.
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '10min',
  checkpoint_completion_target: '0.9',
  // Planning: thousands of small queries, for which compiling never pays; an SSD below.
  jit: 'off',
  random_page_cost: '1.1',
  max_parallel_workers_per_gather: '1',
  // The refresher writes all the time: keep dead rows few.
  autovacuum_naptime: '15s',
  autovacuum_vacuum_scale_factor: '0.05',
  timezone: 'UTC',
  log_timezone: 'UTC',
  datestyle: 'ISO, YMD',
  lc_messages: 'C',
  // A failed bulk insert would otherwise put megabytes of rows into the log.
  log_min_error_statement: 'panic',
  log_line_prefix: '%p ',
};

const FIXED: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  logging_collector: 'off',
  log_destination: 'stderr',
};

const NEVER = new Set([
  'fsync',
  'full_page_writes',
  'port',
  'data_directory',
  'hba_file',
  'config_file',
  'cluster_name',
  ...Object.keys(FIXED),
]);

/** The mark in the command line by which a later start knows its own server again. */
export const CLUSTER_MARK = 'cluster_name=tickwave';

/** The command-line arguments of `postgres` for these settings. */
export function serverArguments(
  pgdata: string,
  port: number,
  settings: Readonly<Record<string, string>>,
): string[] {
  for (const [name, value] of Object.entries(settings)) {
    if (NEVER.has(name.toLowerCase())) {
      throw new SettingRefused(
        `The setting ${name} = '${value}' is refused: the embedded server decides it`,
        `Leave ${name} out, or use a server of your own through DATABASE_URL`,
      );
    }
    if (!/^[a-z_][a-z0-9_.]*$/i.test(name)) {
      throw new SettingRefused(
        `'${name}' is not the name of a setting`,
        'Names have letters, digits, _ and . only',
      );
    }
  }
  const all = { ...DEFAULTS, ...settings, ...FIXED, port: String(port) };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', pgdata, '-c', CLUSTER_MARK, ...flags];
}
