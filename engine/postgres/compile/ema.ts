import type { Node } from '@pgsql/types';
import { printExpression } from '../../sql/parse.ts';

/**
 * `ln(1 - alpha)` as SQL: the exponent by which a value loses weight a row. With it `exp(factor * age)` is `(1 - alpha) ^ age`;
 * exp is several times cheaper than power.
 */
export function alphaOf(alpha: Node): string {
  return `ln(1.0::float8 - (${printExpression(alpha)})::float8)`;
}

/**
 * The exponential moving average of a frame in closed form: `sum(v (1 - a)^age) / sum((1 - a)^age)` over the rows that have a
 * value; native arithmetic instead of a function call a row.
 */
export function emaTerms(value: string, weight: string, inFrame: string): string {
  const there = `filter (where ${inFrame} and (${value}) is not null)`;
  return `sum((${value}) * ${weight}) ${there} / sum(${weight}) ${there}`;
}
