import { Parser } from 'htmlparser2';

/** Elements whose content is no text for readers. */
const SILENT = new Set(['script', 'style', 'template', 'iframe', 'object', 'svg']);
/** Elements inside a line of text; all others part words. */
const INLINE = new Set([
  'a',
  'abbr',
  'b',
  'code',
  'em',
  'i',
  'mark',
  's',
  'small',
  'span',
  'strong',
  'sub',
  'sup',
  'u',
]);
/** Characters that nobody sees: those that turn the direction could make a headline show other words than it has. */
const INVISIBLE = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
const CONTROL = /[\p{Cc}\p{Z}]+/gu;

/**
 * What a reader would see of an HTML text, on one line: entities resolved, markup, scripts and control characters gone.
 * @param maxLength characters after which it is cut, with an ellipsis.
 */
export function plainText(html: string, maxLength: number): string {
  // A page pasted into a summary: what follows would be cut off anyway.
  const source = html.slice(0, 50 * maxLength);
  return oneLine(/[<&]/.test(source) ? withoutMarkup(source) : source, maxLength);
}

/** Text on one line, well-formed, without control characters, and cut. */
export function oneLine(text: string, maxLength: number): string {
  const line = text
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(INVISIBLE, '')
    .replace(CONTROL, ' ')
    .trim();
  return line.length <= maxLength ? line : `${cut(line, maxLength - 1).trimEnd()}…`;
}

/** The first characters, without half of a pair at the end. */
function cut(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

function withoutMarkup(html: string): string {
  const parts: string[] = [];
  let silent = 0;
  const parser = new Parser(
    {
      onopentag: (name) => {
        if (SILENT.has(name)) silent++;
        if (!INLINE.has(name)) parts.push(' ');
      },
      onclosetag: (name) => {
        if (SILENT.has(name)) silent--;
        if (!INLINE.has(name)) parts.push(' ');
      },
      ontext: (text) => {
        if (silent === 0) parts.push(text);
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  return parts.join('');
}
