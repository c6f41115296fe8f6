/** The command line asks for something that does not go together. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Nothing runs on the data folder, and the verb needs it. */
export class NotRunning extends Error {
  override readonly name = 'NotRunning';

  constructor(dataDir: string) {
    super(
      `Tickwave does not run on ${dataDir}. Start it with \`tickwave start\`, or set DATA_DIR to the folder of the one that runs`,
    );
  }
}

/** Something runs on the data folder, and the verb needs it for itself. */
export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning';

  constructor(verb: string, pid: number, dataDir: string, why: string) {
    super(`\`tickwave ${verb}\` (process ${pid}) works on ${dataDir}. ${why}`);
  }
}

/** The database ended, and did not come back when it was started again. */
export class DatabaseLost extends Error {
  override readonly name = 'DatabaseLost';
}

/** What was looked at is not as it has to be; it has been said already. */
export class FoundWanting extends Error {
  override readonly name = 'FoundWanting';
}

/** An error's sentence with those of its causes, for people. */
export function explainError(error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error; at !== undefined && at !== null; at = at instanceof Error ? at.cause : null) {
    const text =
      at instanceof AggregateError && at.message === ''
        ? at.errors.map(String).join('; ')
        : at instanceof Error
          ? at.message
          : String(at);
    if (text !== '' && !parts.some((part) => part.includes(text))) parts.push(text);
  }
  return parts.join('\n  because: ');
}
