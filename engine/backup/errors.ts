/** A backup cannot be made or used as it was asked for; the message says what to do. */
export class BackupError extends Error {
  override readonly name = 'BackupError';

  constructor(problem: string, remedy: string, options: ErrorOptions = {}) {
    super(`${problem} ${remedy}`, options);
  }
}
