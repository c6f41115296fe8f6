import { PostgresLanding } from '../connectors/postgresLanding.ts';
import { type LiveFigures, landHistory, live } from './latency.ts';
import { openRig } from './rig.ts';

/** Live rates, each with the time until features show a trade; the highest that is kept up with is what is sustained. */
export async function benchLive(
  rates: readonly number[],
  seconds: number,
): Promise<Readonly<Record<string, LiveFigures>>> {
  const rig = await openRig();
  const landing = new PostgresLanding({ connection: rig.url, durable: false });
  try {
    await landHistory(rig, landing, 700, 10);
    await rig.engine.start();
    await live(rig, landing, 1000, 5, 99); // Plans and caches warm up.
    const figures: Record<string, LiveFigures> = {};
    for (const [index, rate] of rates.entries()) {
      figures[`${rate} trades/s asked for`] = await live(rig, landing, rate, seconds, 100 + index);
      process.stderr.write(`${rate}/s: ${JSON.stringify(figures[`${rate} trades/s asked for`])}\n`);
    }
    return figures;
  } finally {
    await landing.close();
    await rig.close();
  }
}
