import { z } from 'zod';
import { said, UnreadableModel } from '../errors.ts';

// One booster is saved as LightGBM's own text. Several, one a quantile, are texts in a list of JSON.

const schema = z.object({ lightgbm: z.array(z.string()).min(1).max(32) });

/** The bytes that are saved. */
export function writeTexts(texts: readonly string[]): Uint8Array {
  const [first = ''] = texts;
  return new TextEncoder().encode(texts.length === 1 ? first : JSON.stringify({ lightgbm: texts }));
}

/** The texts in what was saved. @throws UnreadableModel */
export function readTexts(bytes: Uint8Array): readonly string[] {
  const text = new TextDecoder().decode(bytes);
  if (!text.startsWith('{')) return [text];
  try {
    return schema.parse(JSON.parse(text)).lightgbm;
  } catch (error) {
    throw new UnreadableModel(
      `The list of LightGBM's texts cannot be read (${said(error)});`,
      'its file is damaged.',
      {
        cause: error,
      },
    );
  }
}
