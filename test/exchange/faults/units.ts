import { BadOption } from '../../../connectors/errors.ts';
import type { FaultUnit } from './fault.ts';
import { frameFaults } from './frameFaults.ts';
import { lineFaults } from './lineFaults.ts';
import { marketFaults } from './marketFaults.ts';
import { restFaults } from './restFaults.ts';

export const faultUnits: readonly FaultUnit[] = [
  ...lineFaults,
  ...frameFaults,
  ...marketFaults,
  ...restFaults,
];

export function unitOf(kind: string): FaultUnit {
  const unit = faultUnits.find((candidate) => candidate.kind === kind);
  if (unit === undefined) throw new BadOption(`There is no fault ${kind};`, 'see test/exchange/faults.');
  return unit;
}
