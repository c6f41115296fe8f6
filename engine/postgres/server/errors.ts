/** Base of everything that can go wrong with the embedded server. `remedy` says what to do next. */
export abstract class ServerError extends Error {
  abstract readonly code: string;
  readonly remedy: string;

  constructor(message: string, remedy: string, cause?: unknown) {
    super(`${message}. ${remedy}`, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.remedy = remedy;
  }
}

/** No binary package exists, or none is installed, for this platform. */
export class BinariesMissing extends ServerError {
  readonly code = 'binaries_missing';
}

/** The binaries are there but do not run. */
export class BinariesUnusable extends ServerError {
  readonly code = 'binaries_unusable';
}

/** Running as root and no other system user could be found or made; PostgreSQL refuses to run as root. */
export class NoDatabaseUser extends ServerError {
  readonly code = 'no_database_user';
}

/** The data folder can't be created, written or reached by the user that runs the database. */
export class DataFolderUnusable extends ServerError {
  readonly code = 'data_folder_unusable';
}

/** Another live process works on the data folder. */
export class DataFolderInUse extends ServerError {
  readonly code = 'data_folder_in_use';
  readonly ownerPid: number;

  constructor(dataDir: string, ownerPid: number, owner: string) {
    super(
      `The data folder ${dataDir} is in use by ${owner} (process ${ownerPid})`,
      'Stop that process first, or give this one a data folder of its own',
    );
    this.ownerPid = ownerPid;
  }
}

/** The data folder was written by another major version of PostgreSQL. */
export class DataVersionMismatch extends ServerError {
  readonly code = 'data_version_mismatch';
}

/** A start that was asked for a fixed port found it taken. */
export class PortInUse extends ServerError {
  readonly code = 'port_in_use';
}

/** A setting that the server fixes itself, or that would endanger the data. */
export class SettingRefused extends ServerError {
  readonly code = 'setting_refused';
}

/** `credentials.json` is not readable as such. */
export class CredentialsUnreadable extends ServerError {
  readonly code = 'credentials_unreadable';
}

/** `initdb` failed. */
export class InitFailed extends ServerError {
  readonly code = 'init_failed';
}

/** PostgreSQL ended before it was ready; `log` is what it said. */
export class StartFailed extends ServerError {
  readonly code = 'start_failed';
  readonly log: readonly string[];

  constructor(message: string, log: readonly string[], cause?: unknown) {
    super(
      `${message}: ${log.slice(-5).join(' | ') || 'it said nothing'}`,
      'Read the lines above; `tickwave doctor` checks the usual causes',
      cause,
    );
    this.log = log;
  }
}
