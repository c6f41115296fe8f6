import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const words = z.array(z.string().min(1).toLowerCase());

/** Terms of crypto news and their weights. */
export const TERMS = read(
  'terms.v1.yaml',
  z.strictObject({
    version: z.literal(1),
    terms: z.record(z.string(), z.number().min(-4).max(4)),
    negations: words,
    strengtheners: words,
    weakeners: words,
    neutral: words,
  }),
);

/** Names of coins, and words of the market as a whole. */
export const COINS = read(
  'assets.v1.yaml',
  z.strictObject({
    coins: z.record(z.string(), z.strictObject({ names: words, ordinary: z.boolean().default(false) })),
    market: words,
  }),
);

function read<Value>(file: string, schema: z.ZodType<Value>): Value {
  return schema.parse(parse(readFileSync(new URL(file, import.meta.url), 'utf8')));
}
