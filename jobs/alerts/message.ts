import { z } from 'zod';
import type { Alert } from './alertRow.ts';
import type { Rule } from './rule.ts';

const schema = z.object({
  id: z.string(),
  event: z.enum(['firing', 'resolved', 'test']),
  ...{ rule: z.string(), severity: z.string(), summary: z.string() },
  labels: z.record(z.string(), z.string()),
  ...{ value: z.number().nullable(), threshold: z.number().nullable() },
  ...{ since: z.string(), resolved_at: z.string().nullable() },
});

/** What a destination is told; a webhook gets it as JSON. Times are ISO 8601 in UTC. */
export type Message = Readonly<z.output<typeof schema>>;

/** The message about an alert. The same alert and event have the same id, by which a receiver knows what it has already. */
export function messageOf(alert: Alert, rule: Rule | null, event: 'firing' | 'resolved'): Message {
  return {
    id: `${alert.rule}/${alert.subject}/${alert.episode}/${event}`,
    ...{ event, rule: alert.rule, severity: alert.severity },
    summary: rule?.summary ?? 'The rule is not in the file of alerts any more.',
    labels: z.record(z.string(), z.string()).parse(JSON.parse(alert.labels)),
    ...{ value: alert.value, threshold: alert.threshold },
    since: new Date(alert.since).toISOString(),
    resolved_at: alert.resolvedAt === null ? null : new Date(alert.resolvedAt).toISOString(),
  };
}

/** A message that says only that messages arrive. */
export function testMessage(now: number): Message {
  const since = new Date(now).toISOString();
  return {
    ...{ id: `test/${since}`, event: 'test', rule: 'test', severity: 'info', labels: {}, since },
    summary: 'This is a test: alerts of Tickwave arrive here.',
    ...{ value: null, threshold: null, resolved_at: null },
  };
}

/** A message as it was written down. */
export function readMessage(text: string): Message {
  return schema.parse(JSON.parse(text));
}

/** The line that a message is known by. */
export function titleOf({ event, severity, rule, labels }: Message): string {
  const about = Object.values(labels).join(' ');
  const head = event === 'firing' ? severity.toUpperCase() : event === 'resolved' ? 'Resolved' : 'Test';
  return `${head}: ${rule}${about === '' ? '' : ` ${about}`}`;
}

/** What is said under the title. */
export function textOf({ summary, value, threshold, since, resolved_at }: Message): string {
  return [
    summary,
    ...(value === null ? [] : [`Value ${figure(value)}, threshold ${figure(threshold ?? 0)}.`]),
    resolved_at === null ? `Since ${since}.` : `From ${since} to ${resolved_at}.`,
  ].join('\n');
}

function figure(value: number): string {
  return Number(value.toPrecision(6)).toString();
}
