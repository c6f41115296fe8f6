/**
 * A seeded stream of uniform numbers in [0, 1): sfc32 of Chris Doty-Humphrey's PractRand (public domain,
 * pracrand.sourceforge.net). The same seed and label give the same numbers on every machine.
 *
 * @param label tells streams of one seed apart, so that a new consumer does not shift the numbers of the others
 */
export function randomStream(seed: number, label: string): () => number {
  // FNV-1a spreads seed and label; sfc32 wants a dozen rounds to mix them.
  let a = 0x811c9dc5;
  for (const character of `${seed}/${label}`) a = Math.imul(a ^ (character.codePointAt(0) ?? 0), 0x01000193);
  let b = seed | 0;
  let c = Math.floor(seed / 2 ** 32) | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 15; round++) next();
  return next;
}
