import type { LibraryHandle } from 'koffi';
import { LibraryRefused, said } from '../errors.ts';

type Koffi = typeof import('koffi');

/** A native library that is loaded into this process, with koffi, which reads what it points at. */
export interface Native {
  readonly koffi: Koffi;
  readonly handle: LibraryHandle;
}

const loaded = new Map<string, Native>();

/** Loads a library, once a process. @throws LibraryRefused when the system's loader will not take it. */
export async function loadNative(path: string): Promise<Native> {
  const before = loaded.get(path);
  if (before !== undefined) return before;
  calmOpenMp();
  const koffi = await importKoffi();
  try {
    const native = { koffi, handle: koffi.load(path) };
    loaded.set(path, native);
    return native;
  } catch (error) {
    throw notLoaded(path, error);
  }
}

/**
 * Idle OpenMP threads spin by default, which on a busy machine costs far more than they bring. libgomp reads this once, when it
 * is loaded, from the real environment: a thread's own copy is too late.
 */
export function calmOpenMp(): void {
  process.env.OMP_WAIT_POLICY ??= 'passive';
}

async function importKoffi(): Promise<Koffi> {
  try {
    return (await import('koffi')).default as unknown as Koffi;
  } catch (error) {
    throw new LibraryRefused(
      `koffi, which calls native libraries, cannot be loaded (${said(error)});`,
      'run npm install again on this machine.',
      { cause: error },
    );
  }
}

function notLoaded(path: string, error: unknown): LibraryRefused {
  const why = said(error);
  const gomp = /lib(gomp|omp)[^:]*: cannot open/.test(why);
  return new LibraryRefused(
    gomp ? `${path} needs libgomp, which this machine lacks (${why});` : `${path} cannot be loaded (${why});`,
    gomp
      ? 'install it: apt-get install libgomp1 (Debian, Ubuntu), dnf install libgomp (Fedora), apk add libgomp (Alpine).'
      : 'it has to be a library for this platform, with what it needs beside it.',
    { cause: error },
  );
}

/** The address that a pointer argument was given back in; koffi has null where the library gave none. */
export type Address = bigint | null;

/** A copy of float32 values that belong to the library. */
export function copyFloats({ koffi }: Native, address: Address, length: number): Float32Array {
  if (length === 0 || address === null) return new Float32Array(0);
  return Float32Array.from(koffi.decode(address, koffi.array('float', length, 'Typed')) as Float32Array);
}

/** A copy of bytes that belong to the library. */
export function copyBytes({ koffi }: Native, address: Address, length: number): Uint8Array {
  if (length === 0 || address === null) return new Uint8Array(0);
  return Uint8Array.from(koffi.decode(address, koffi.array('uint8_t', length, 'Typed')) as Uint8Array);
}

/** A copy of 64-bit counts that belong to the library. */
export function copyCounts({ koffi }: Native, address: Address, length: number): number[] {
  if (length === 0 || address === null) return [];
  return (koffi.decode(address, koffi.array('uint64_t', length, 'Array')) as (number | bigint)[]).map(Number);
}
