import { z } from 'zod';

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const time = z
  .string('has to be a time of day such as 22:00, in quotes')
  .regex(TIME, 'has to be a time of day such as 22:00')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));

const zone = z.string().refine((name) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== null;
  } catch {
    return false;
  }
}, 'has to be a time zone such as Europe/Berlin or UTC');

/** Hours of each day in which nobody is told; from 22:00 to 06:00 goes over midnight. */
export const quietHoursSchema = z
  .strictObject({ from: time, to: time, zone: zone.default('UTC') })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'has to differ from `from`' });

/** Minutes since midnight, in a time zone. */
export type QuietHours = Readonly<z.output<typeof quietHoursSchema>>;

/** Whether a moment, in milliseconds since the Unix epoch, is within quiet hours. The first minute is, the last is not. */
export function isQuiet(hours: QuietHours | null, now: number): boolean {
  if (hours === null) return false;
  const format = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: hours.zone } as const;
  const [hour = 0, minute = 0] = new Intl.DateTimeFormat('en-GB', format).format(now).split(':').map(Number);
  const at = hour * 60 + minute;
  return hours.from < hours.to ? at >= hours.from && at < hours.to : at >= hours.from || at < hours.to;
}
