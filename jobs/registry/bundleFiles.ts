import { createHash } from 'node:crypto';
import { z } from 'zod';
import { said } from '../models/errors.ts';
import { type Bundle, descriptionSchema, fileOf, PARTS } from './bundle.ts';
import { BadBundle, DamagedArtifact } from './errors.ts';

/** Name of the file that describes the others. */
export const MANIFEST = 'bundle.json';
/** Bytes of one file at most. */
const MOST_BYTES = 256 * 1024 * 1024;
/** Attachments of one bundle at most. */
const MOST_ATTACHMENTS = 32;
const FILE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const hashes = z.record(z.string().regex(FILE), z.string().regex(/^[0-9a-f]{64}$/));
const manifestSchema = z.object({ description: descriptionSchema, files: hashes });

/** A bundle as files, ready to be stored. */
export interface PackedBundle {
  /** By name, with `bundle.json`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** SHA-256 of `bundle.json`. */
  readonly hash: string;
}

/** @throws BadBundle */
export function packBundle(bundle: Bundle): PackedBundle {
  const description = descriptionSchema.safeParse(bundle.description);
  if (!description.success)
    throw new BadBundle(
      `The bundle's description is not complete (${said(z.prettifyError(description.error))});`,
      'describe it as jobs/registry/bundle.ts says.',
    );
  const { quantiles, trainedFrom, trainedTo } = description.data;
  if (quantiles[0] >= quantiles[1] || trainedFrom > trainedTo)
    throw new BadBundle(
      `The bundle's quantiles are ${quantiles.join(' and ')}, its data from ${trainedFrom} to ${trainedTo};`,
      'give the lower and the earlier first.',
    );
  const parts = PARTS.map((part) => [fileOf(part), bundle.models[part]] as const);
  const files = new Map([...parts, ...bundle.attachments]);
  checkFiles(bundle, files);
  const sums = Object.fromEntries([...files].map(([name, bytes]) => [name, sha256(bytes)]));
  const manifest = new TextEncoder().encode(
    `${JSON.stringify({ description: description.data, files: sums }, null, 1)}\n`,
  );
  return { files: files.set(MANIFEST, manifest), hash: sha256(manifest) };
}

/** Names of the files that a manifest lists. @throws DamagedArtifact when it is not what was stored */
export function listedFiles(manifest: Uint8Array, hash: string, place: string): readonly string[] {
  return Object.keys(readManifest(manifest, hash, place).files);
}

/**
 * Reads a bundle back.
 *
 * @param hash of `bundle.json`, as the registry has it
 * @throws DamagedArtifact when a file is missing or not what was stored
 */
export function unpackBundle(files: ReadonlyMap<string, Uint8Array>, hash: string, place: string): Bundle {
  const { description, files: sums } = readManifest(files.get(MANIFEST), hash, place);
  const checked = new Map(
    Object.entries(sums).map(([name, sum]) => {
      const bytes = files.get(name);
      if (bytes === undefined) throw damaged(place, `${name} is missing`);
      if (sha256(bytes) !== sum) throw damaged(place, `${name} is not what was stored`);
      return [name, bytes] as const;
    }),
  );
  const take = (name: string): Uint8Array => {
    const bytes = checked.get(name);
    if (bytes === undefined) throw damaged(place, `${name} is not listed`);
    checked.delete(name);
    return bytes;
  };
  const models = {
    return: take(fileOf('return')),
    interval: take(fileOf('interval')),
    direction: take(fileOf('direction')),
  };
  return { description, models, attachments: checked };
}

function readManifest(bytes: Uint8Array | undefined, hash: string, place: string) {
  if (bytes === undefined) throw damaged(place, `${MANIFEST} is missing`);
  if (sha256(bytes) !== hash) throw damaged(place, `${MANIFEST} is not what was stored`);
  try {
    return manifestSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw damaged(place, `${MANIFEST} cannot be read: ${said(error)}`, error);
  }
}

function checkFiles(bundle: Bundle, files: ReadonlyMap<string, Uint8Array>): void {
  if (bundle.attachments.size > MOST_ATTACHMENTS)
    throw new BadBundle(
      `The bundle has ${bundle.attachments.size} attachments;`,
      `give at most ${MOST_ATTACHMENTS}.`,
    );
  const taken = [MANIFEST, ...PARTS.map(fileOf)].find((name) => bundle.attachments.has(name));
  if (taken !== undefined)
    throw new BadBundle(`An attachment is named ${taken};`, 'give it a name that the bundle does not use.');
  for (const [name, bytes] of files) {
    if (!FILE.test(name))
      throw new BadBundle(
        `A file is named ${JSON.stringify(name)};`,
        'use letters, digits, dots, hyphens and underscores.',
      );
    if (bytes.length === 0 || bytes.length > MOST_BYTES)
      throw new BadBundle(`${name} has ${bytes.length} bytes;`, `a file has 1 to ${MOST_BYTES}.`);
  }
}

function damaged(place: string, what: string, cause?: unknown): DamagedArtifact {
  return new DamagedArtifact(
    `The model in ${place} cannot be used: ${what};`,
    'put its files back from a backup, or train and register it again.',
    { cause },
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
