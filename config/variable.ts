import { z } from 'zod';

/** One variable of the environment: what it is for, what it is when it is not set, and what is allowed. */
export interface Variable<Value> {
  readonly about: string;
  /** As it would be written in the environment; null when there is none. */
  readonly standard: string | null;
  /** Ends the sentence "PORT is 'x'; it has to be …". */
  readonly allowed: string;
  readonly schema: z.ZodType<Value, string>;
  /** Its value is never shown. */
  readonly secret?: true;
}

export function text(about: string, standard: string, allowed: string): Variable<string> {
  return { about, standard, allowed, schema: z.string().min(1) };
}

export function number(
  about: string,
  standard: string,
  allowed: string,
  schema: z.ZodNumber,
): Variable<number> {
  const digits = z
    .string()
    .trim()
    .regex(/^-?\d+(\.\d+)?$/);
  return { about, standard, allowed, schema: digits.transform(Number).pipe(schema) };
}

export function choice<const Values extends readonly [string, ...string[]]>(
  about: string,
  standard: string,
  values: Values,
): Variable<Values[number]> {
  return { about, standard, allowed: `one of ${values.join(', ')}`, schema: z.enum(values) };
}

export function optional<Value>(variable: Variable<Value>): Variable<Value> & { readonly standard: null } {
  return { ...variable, standard: null };
}
