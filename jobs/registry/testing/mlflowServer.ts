import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../test/support/freePort.ts';

/** A real MLflow server with a database and files of its own. */
export interface MlflowServer {
  readonly uri: string;
  /** Stops it and deletes what it stored. */
  remove(): Promise<void>;
}

/** Starts one; ready when it says so. Workers end with it, for it leads a process group. */
export async function startMlflow(command: string): Promise<MlflowServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tickwave-mlflow-'));
  const port = await freePort();
  const uri = `http://127.0.0.1:${port}`;
  const store = [
    `--backend-store-uri=sqlite:///${folder}/mlflow.db`,
    `--artifacts-destination=${folder}/artifacts`,
  ];
  const child = spawn(command, ['server', ...store, '--host=127.0.0.1', `--port=${port}`, '--workers=1'], {
    env: { ...process.env, MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const hear = (text: Buffer): void => {
    output = (output + text.toString()).slice(-4000);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const remove = async (): Promise<void> => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  while (!(await answers(uri))) {
    if (child.exitCode !== null) {
      await remove();
      throw new Error(`mlflow did not start: ${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { uri, remove };
}

async function answers(uri: string): Promise<boolean> {
  try {
    return (await fetch(`${uri}/health`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const closed = once(child, 'close');
  process.kill(-child.pid, 'SIGKILL');
  await closed;
}
