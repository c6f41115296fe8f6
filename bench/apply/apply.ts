import { PostgresLanding } from '../../connectors/postgresLanding.ts';
import { landHistory } from '../latency.ts';
import { openRig, type Rig } from '../rig.ts';
import { benchChange } from './change.ts';
import { EDITS } from './edits.ts';
import { type Crowd, Scene } from './scene.ts';
import { seconds } from './way.ts';

const MINUTES = 12 * 60;
const CROWD: Crowd = { tradesPerSecond: 200, readers: 2 };

export interface ApplyOptions {
  /** Over twelve hours and twenty markets. */
  readonly trades: number;
  /** How long is looked at what goes on between the steps. */
  readonly calmSeconds: number;
}

/** Versions on half a day of trades, while trades come in and readers never pause. */
export async function benchApply({ trades, calmSeconds }: ApplyOptions): Promise<unknown> {
  const rig = await openRig();
  try {
    const began = performance.now();
    await land(rig, trades);
    const secondsToPrepare = seconds(began);
    await rig.engine.start();
    const scene = await Scene.begin(rig, CROWD);
    try {
      await scene.calm(calmSeconds); // Plans and caches warm up.
      const changes: Record<string, unknown> = {};
      for (const edit of EDITS) {
        changes[edit.name] = await benchChange(scene, edit, calmSeconds);
        process.stderr.write(`${edit.name} ${JSON.stringify(changes[edit.name])}\n`);
      }
      return { trades, secondsToPrepare, ...CROWD, changes };
    } finally {
      await scene.end();
    }
  } finally {
    await rig.close();
  }
}

async function land(rig: Rig, trades: number): Promise<void> {
  const landing = new PostgresLanding({ connection: rig.url, durable: false });
  await landHistory(rig, landing, MINUTES, trades / MINUTES / 60);
  await landing.close();
  await rig.client.query('vacuum analyze');
  await rig.client.query('checkpoint');
}
