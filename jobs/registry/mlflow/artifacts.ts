import { listedFiles, MANIFEST, type PackedBundle } from '../bundleFiles.ts';
import { DamagedArtifact, MlflowFailed } from '../errors.ts';
import type { MlflowHttp } from './http.ts';

const SCHEME = 'mlflow-artifacts:/';

/** Path of an artifact address below the server's artifacts. @throws MlflowFailed when the server does not serve them itself */
export function pathOf(uri: string): string {
  // With a host between the slashes the server's own name is written out.
  const path = uri.startsWith(SCHEME) ? uri.slice(SCHEME.length).replace(/^\/[^/]*\//, '') : null;
  if (path !== null && path !== '') return path;
  throw new MlflowFailed(
    `MLflow keeps artifacts at ${uri}, which it does not serve itself;`,
    'start it with --artifacts-destination and without --no-serve-artifacts, and use a new experiment.',
    { status: null, reason: 'artifacts not served' },
  );
}

/** Uploads the files of a bundle; `bundle.json`, which lists them, comes last. */
export async function upload(http: MlflowHttp, uri: string, { files }: PackedBundle): Promise<void> {
  const folder = pathOf(uri);
  const names = [...files.keys()].filter((name) => name !== MANIFEST);
  for (const name of [...names, MANIFEST]) {
    const bytes = files.get(name);
    if (bytes !== undefined) await http.putFile(`${folder}/${name}`, bytes);
  }
}

/** Downloads the files of a bundle. @throws DamagedArtifact, MlflowFailed */
export async function download(
  http: MlflowHttp,
  uri: string,
  hash: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = pathOf(uri);
  const manifest = await fetchFile(http, `${folder}/${MANIFEST}`);
  const files = new Map([[MANIFEST, manifest]]);
  for (const name of listedFiles(manifest, hash, uri))
    files.set(name, await fetchFile(http, `${folder}/${name}`));
  return files;
}

async function fetchFile(http: MlflowHttp, path: string): Promise<Uint8Array> {
  try {
    return await http.getFile(path);
  } catch (cause) {
    if (!(cause instanceof MlflowFailed) || cause.status !== 404) throw cause;
    throw new DamagedArtifact(
      `${path} is missing in MLflow at ${http.address};`,
      'put its files back from a backup, or train and register it again.',
      { cause },
    );
  }
}
