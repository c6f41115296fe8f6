import type { Study } from '../../jobs/demo/options.ts';
import type { SourceReport } from '../../jobs/report/report.ts';
import type { Recording } from './recording.ts';

/** What a demonstration is of. */
export interface DemoSource {
  readonly recording: Recording;
  readonly studies: readonly Study[];
  readonly about: Pick<SourceReport, 'kind' | 'about' | 'files' | 'notes' | 'barMinutes'>;
  /** Of a row's time the time to show, ISO 8601. */
  readonly timeOf: (ms: number) => string;
}

/** Times as they are. */
export function plainTime(ms: number): string {
  return new Date(ms).toISOString();
}
