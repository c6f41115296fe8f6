import { z } from 'zod';
import { duration } from './duration.ts';
import { quietHoursSchema } from './quietHours.ts';

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

const limit = z.number('has to be a number');

/** A rule as the file has it, made ready: times in milliseconds, one way to write a threshold. */
export const ruleSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]{0,59}$/, 'has to be small letters, digits and dashes'),
    summary: z.string().min(1).max(300),
    severity: z.enum(SEVERITIES),
    sql: z.string().min(1).max(10_000).optional(),
    view: z
      .string()
      .regex(/^[a-z_][a-z0-9_]*$/, 'has to be the name of a view')
      .optional(),
    above: limit.optional(),
    below: limit.optional(),
    clear: limit.optional(),
    for: duration.default(0),
    clear_for: duration.default(0),
    quiet_hours: quietHoursSchema.nullable().default(null),
    destinations: z.array(z.string()).max(20).optional(),
  })
  .superRefine((rule, context) => {
    const problem = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((rule.sql === undefined) === (rule.view === undefined))
      problem('sql', 'has to be given, or `view`, and not both');
    if ((rule.above === undefined) === (rule.below === undefined))
      problem('above', 'has to be given, or `below`, and not both');
    else if (rule.clear !== undefined && rule.clear > (rule.above ?? Number.POSITIVE_INFINITY))
      problem('clear', `has to be ${rule.above} at most, as the alert fires above that`);
    else if (rule.clear !== undefined && rule.clear < (rule.below ?? Number.NEGATIVE_INFINITY))
      problem('clear', `has to be ${rule.below} at least, as the alert fires below that`);
  })
  .transform(({ sql, view, above, below, clear, clear_for, quiet_hours, destinations, ...rule }) => ({
    ...{ name: rule.name, summary: rule.summary, severity: rule.severity },
    /** A select with a column `value` and one row for each subject; its other columns tell them apart. */
    sql: sql ?? `select * from ${view}`,
    direction: above === undefined ? ('below' as const) : ('above' as const),
    threshold: above ?? below ?? 0,
    /** An alert ends only on the other side of it. */
    clear: clear ?? above ?? below ?? 0,
    forMs: rule.for,
    clearForMs: clear_for,
    quietHours: quiet_hours,
    /** Names; null for all that there are. */
    destinations: destinations ?? null,
  }));

/** When somebody is told what. Plain data. */
export type Rule = Readonly<z.output<typeof ruleSchema>>;
