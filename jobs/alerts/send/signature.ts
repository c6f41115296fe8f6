import { createHmac } from 'node:crypto';

/**
 * The header by which a receiver knows that a webhook is from here and not an old one: `t=<seconds>,v1=<hex>`, HMAC-SHA256 of the seconds
 * since the Unix epoch, a full stop and the body, as Stripe's webhooks have it.
 */
export function signatureOf(body: string, secret: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  const hmac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${hmac}`;
}
