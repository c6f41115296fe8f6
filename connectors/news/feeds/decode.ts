import { FeedUnreadable } from '../errors.ts';

/**
 * A feed's bytes as text. The encoding is that of the byte order mark, else of the HTTP header, else of the XML
 * declaration, else UTF-8; bytes that are said to be UTF-8 and are not are taken for Windows-1252, which is what they are then.
 * @throws FeedUnreadable when nobody knows the encoding.
 */
export function decodeFeed(body: Buffer, contentType: string | null): string {
  const label = markOf(body) ?? headerCharset(contentType) ?? declaredEncoding(body) ?? 'utf-8';
  const decoder = decoderOf(label, body);
  if (decoder.encoding !== 'utf-8') return decoder.decode(body);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return new TextDecoder('windows-1252').decode(body);
  }
}

function markOf(body: Buffer): string | null {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return 'utf-8';
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le';
  return body[0] === 0xfe && body[1] === 0xff ? 'utf-16be' : null;
}

function headerCharset(contentType: string | null): string | null {
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1] ?? null;
}

function declaredEncoding(body: Buffer): string | null {
  const start = body.subarray(0, 200).toString('latin1');
  return /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(start)?.[1] ?? null;
}

function decoderOf(label: string, body: Buffer): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(label);
  } catch (cause) {
    throw new FeedUnreadable(
      `The encoding is ${JSON.stringify(label.slice(0, 40))}, which is none.`,
      'Tell the publisher, or take another feed.',
      body,
      { cause },
    );
  }
}
