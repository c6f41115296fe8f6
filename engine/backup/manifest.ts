import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BackupError } from './errors.ts';
import { hashOfFile } from './files.ts';

/** Written last: a folder without it is no backup. */
export const MANIFEST = 'backup.json';

const name = z.string().regex(/^[a-z_][a-z0-9_]*$/);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.int().nonnegative();

/** How backups are laid out; another number is another layout. */
export const FORMAT = 1;

const otherFormat = z.object({
  tickwave: z.literal('backup'),
  format: z.int().refine((format) => format !== FORMAT),
});

const manifestSchema = z.object({
  tickwave: z.literal('backup'),
  format: z.literal(FORMAT),
  /** When the rows were looked at, ISO 8601. */
  takenAt: z.iso.datetime(),
  database: z.string(),
  tables: z.array(
    z.object({
      schema: name,
      name,
      columns: z.array(z.object({ name, type: z.string().regex(/^[a-z][a-z0-9 (),]*$/) })),
      key: z.array(name),
      rows: size,
      /** Below the folder of the backup. */
      file: z.string(),
      bytes: size,
      sha256: hash,
    }),
  ),
  /** Files beside the database, by their paths below the folder `files`. */
  files: z.array(z.object({ path: z.string(), bytes: size, sha256: hash })),
});

/** What a backup holds. */
export type Manifest = z.output<typeof manifestSchema>;
/** A table of it. */
export type BackedUpTable = Manifest['tables'][number];
/** A file of it. */
export type BackedUpFile = Manifest['files'][number];

/** Reads a backup's manifest and checks every file by its hash. @throws BackupError */
export async function verifyBackup(
  folder: string,
  onFile: (done: number, total: number, file: string) => void = () => {},
): Promise<Manifest> {
  const manifest = await readManifest(folder);
  const files = [
    ...manifest.tables.map(({ file, sha256 }) => ({ file, sha256 })),
    ...manifest.files.map(({ path, sha256 }) => ({ file: join('files', path), sha256 })),
  ];
  for (const [index, { file, sha256 }] of files.entries()) {
    onFile(index, files.length, file);
    if (file.split(/[\\/]/).includes('..') || (await hashOfFile(join(folder, file))) !== sha256)
      throw new BackupError(
        `${join(folder, file)} is missing or not as it was written.`,
        'Take another backup: this one is damaged.',
      );
  }
  return manifest;
}

async function readManifest(folder: string): Promise<Manifest> {
  const none = (cause: unknown): BackupError =>
    new BackupError(
      `${folder} holds no backup that can be used.`,
      `Name the folder that \`tickwave backup\` wrote: it has ${MANIFEST}.`,
      { cause },
    );
  const said: unknown = await readFile(join(folder, MANIFEST), 'utf8')
    .then(JSON.parse)
    .catch((cause: unknown) => {
      throw none(cause);
    });
  const { data: other } = otherFormat.safeParse(said);
  if (other !== undefined)
    throw new BackupError(
      `${folder} holds a backup of format ${other.format}, and this Tickwave reads format ${FORMAT}.`,
      'Restore it with the version that wrote it.',
    );
  const { data, error } = manifestSchema.safeParse(said);
  if (error !== undefined) throw none(error);
  return data;
}
