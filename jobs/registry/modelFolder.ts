import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { said } from '../models/errors.ts';
import { listedFiles, MANIFEST, type PackedBundle } from './bundleFiles.ts';
import { DamagedArtifact } from './errors.ts';

/** Prefix of folders that are being written. */
const WRITING = '.writing-';

/** Files of registered models: one folder a version, `<root>/<name>/<version>`. Whoever writes a name holds its lock. */
export class ModelFolder {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** Where a version is, below the root: what the registry stores. */
  artifactOf(name: string, version: number): string {
    return `${name}/${version}`;
  }

  /** Writes a version's files, all or none, and resolves once they survive a crash. What a crash left in their place goes. */
  async write(artifact: string, { files }: PackedBundle): Promise<void> {
    const [target, parent] = [this.#path(artifact), dirname(this.#path(artifact))];
    const writing = join(parent, `${WRITING}${artifact.replaceAll('/', '-')}`);
    await rm(writing, { recursive: true, force: true });
    await mkdir(writing, { recursive: true });
    for (const [name, bytes] of files) await writeDurably(join(writing, name), bytes);
    await syncFolder(writing);
    await rm(target, { recursive: true, force: true });
    await rename(writing, target);
    await syncFolder(parent);
    await syncFolder(this.root);
  }

  /** @throws DamagedArtifact */
  async read(artifact: string, hash: string): Promise<ReadonlyMap<string, Uint8Array>> {
    const folder = this.#path(artifact);
    try {
      const manifest = await readFile(join(folder, MANIFEST));
      const names = listedFiles(manifest, hash, folder);
      const files = await Promise.all(
        names.map(async (name) => [name, await readFile(join(folder, name))] as const),
      );
      return new Map([...files, [MANIFEST, manifest]]);
    } catch (error) {
      if (error instanceof DamagedArtifact) throw error;
      throw new DamagedArtifact(
        `The model in ${folder} cannot be read (${said(error)});`,
        'put its files back from a backup, or train and register it again.',
        { cause: error },
      );
    }
  }

  /** Deletes all folders of a name but these: pruned versions, and what crashes left. */
  async keepOnly(name: string, artifacts: ReadonlySet<string>): Promise<void> {
    const folder = join(this.root, name);
    for (const entry of await entriesOf(folder))
      if (!artifacts.has(`${name}/${entry}`)) await rm(join(folder, entry), { recursive: true, force: true });
  }

  #path(artifact: string): string {
    return join(this.root, ...artifact.split('/'));
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename is only safe once the folder that has it is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
