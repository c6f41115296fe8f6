import { ConnectorError } from '../errors.ts';

/** Another process writes to the same spool. */
export class SpoolBusy extends ConnectorError {
  readonly code = 'spool-busy';

  constructor(folder: string, pid: number) {
    super(
      `The spool ${folder} is in use by process ${pid}.`,
      'Stop that process, or give this one another data folder.',
    );
  }
}

/** A row that is too long for a Kafka message. */
export class RowTooLong extends ConnectorError {
  readonly code = 'row-too-long';
}
