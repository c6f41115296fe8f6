// One database server for a whole jest run. Jest loads this file itself, outside of its own TypeScript transform.
import { register } from 'tsx/esm/api';

// biome-ignore lint/style/noDefaultExport: jest asks for one
export default async function globalSetup() {
  register();
  const { startTestServer } = await import('./server.ts');
  globalThis.__tickwaveStopTestServer = await startTestServer();
}
