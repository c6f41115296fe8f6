import { BadKey, BadKeyFile, PublicWithoutKeys } from '../api/access/errors.ts';
import { ListenError } from '../api/listen.ts';
import { ConfigError } from '../config/errors.ts';
import { BadOption, UnknownLayout, UnknownMarket } from '../connectors/errors.ts';
import { UnknownObjectError } from '../engine/catalog/catalog.ts';
import { EngineBusyError } from '../engine/postgres/engineLock.ts';
import { DataFolderInUse, PortInUse, SettingRefused } from '../engine/postgres/server/errors.ts';
import { DeploymentBusy } from '../engine/versions/deployment.ts';
import { BadAlertsFile } from '../jobs/alerts/errors.ts';
import { JobBusy } from '../jobs/schedule/errors.ts';
import { AlreadyRunning, NotRunning, UsageError } from './errors.ts';

/** What the command ends with; stable, so that scripts may rest on it. */
export const EXIT = {
  ok: 0,
  /** It was tried and failed. */
  failed: 1,
  /** The command line or the configuration is wrong; nothing was tried. */
  usage: 2,
  /** `tickwave plan`: there are changes. Not an error; a gate in CI asks for it. */
  changes: 2,
  /** Refused, because another Tickwave works on the data folder or the database. */
  busy: 3,
  /** Tickwave does not run on the data folder. */
  notRunning: 4,
  /** Ended by Ctrl-C before it was done. */
  interrupted: 130,
} as const;

type ErrorClass = abstract new (...args: never[]) => Error;

const USAGE: readonly ErrorClass[] = [
  ConfigError,
  UsageError,
  BadOption,
  UnknownLayout,
  UnknownMarket,
  UnknownObjectError,
  SettingRefused,
  PortInUse,
  ListenError,
  BadKey,
  BadKeyFile,
  PublicWithoutKeys,
  BadAlertsFile,
];
const BUSY: readonly ErrorClass[] = [
  DataFolderInUse,
  EngineBusyError,
  AlreadyRunning,
  JobBusy,
  DeploymentBusy,
];

/** The exit code of an error. */
export function exitCodeOf(error: unknown): number {
  if (USAGE.some((type) => error instanceof type)) return EXIT.usage;
  if (BUSY.some((type) => error instanceof type)) return EXIT.busy;
  return error instanceof NotRunning ? EXIT.notRunning : EXIT.failed;
}
