/** Megabytes of the disk that a build leaves to what runs: its rows, and the log that PostgreSQL can't go on without. */
const LEFT_MB = 256;
const MB = 1024 * 1024;

/** The disk is all but full. A build ends before PostgreSQL has nowhere to write to, so that it is the only one that ends. */
export class DiskNearlyFull extends Error {
  override readonly name = 'DiskNearlyFull';
}

/** Looks before each part of a build. @throws DiskNearlyFull */
export async function needRoom(freeBytes: () => Promise<number | null>): Promise<void> {
  const free = await freeBytes();
  if (free === null || free >= LEFT_MB * MB) return;
  throw new DiskNearlyFull(
    `the disk of the database has ${Math.floor(free / MB)} MB left, and a build leaves ${LEFT_MB} MB to what runs; what was built is dropped. ` +
      'Free some of it, then run `tickwave apply` again',
  );
}
