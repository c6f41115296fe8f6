import { UnreadableModel } from '../errors.ts';

/** Objects and arrays inside each other at most. */
const MOST_DEPTH = 64;

/**
 * Reads Universal Binary JSON (ubjson.org, draft 12) as XGBoost writes it.
 * @throws UnreadableModel when it is cut off or goes on after its end
 */
export function decodeUbj(bytes: Uint8Array): unknown {
  const reader = new UbjReader(bytes);
  const value = reader.value(reader.marker(), 0);
  reader.end();
  return value;
}

class UbjReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  marker(): string {
    return String.fromCharCode(this.#view.getUint8(this.#take(1)));
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw damaged(`it goes on after byte ${this.#at}`);
  }

  value(marker: string, depth: number): unknown {
    if (depth > MOST_DEPTH) throw damaged(`more than ${MOST_DEPTH} levels`);
    switch (marker) {
      case 'Z':
        return null;
      case 'T':
        return true;
      case 'F':
        return false;
      case 'S':
        return this.#text();
      case '[':
        return this.#array(depth);
      case '{':
        return this.#object(depth);
      default:
        return this.#number(marker);
    }
  }

  #number(marker: string): number {
    const view = this.#view;
    switch (marker) {
      case 'i':
        return view.getInt8(this.#take(1));
      case 'U':
        return view.getUint8(this.#take(1));
      case 'I':
        return view.getInt16(this.#take(2));
      case 'l':
        return view.getInt32(this.#take(4));
      case 'L':
        return Number(view.getBigInt64(this.#take(8)));
      case 'd':
        return view.getFloat32(this.#take(4));
      case 'D':
        return view.getFloat64(this.#take(8));
      default:
        throw damaged(`byte ${this.#at - 1} is no marker`);
    }
  }

  #text(): string {
    const length = this.#number(this.marker());
    const from = this.#take(length);
    return new TextDecoder().decode(this.#bytes.subarray(from, from + length));
  }

  #object(depth: number): Readonly<Record<string, unknown>> {
    const entries: [string, unknown][] = [];
    while (this.#bytes[this.#at] !== 0x7d) {
      const name = this.#text();
      entries.push([name, this.value(this.marker(), depth + 1)]);
    }
    this.#at++;
    return Object.fromEntries(entries);
  }

  /** Either `$type#count` and the values, `#count` and values with markers, or values with markers until `]`. */
  #array(depth: number): unknown[] {
    const type = this.#skips(0x24) ? this.marker() : null;
    if (this.#skips(0x23)) {
      const count = this.#number(this.marker());
      // Each value has a byte at least, so that a damaged count cannot ask for more than the file has.
      if (!(count >= 0 && count <= this.#bytes.length - this.#at)) throw damaged(`an array of ${count}`);
      return Array.from({ length: count }, () => this.value(type ?? this.marker(), depth + 1));
    }
    if (type !== null) throw damaged('a typed array without a count');
    const values: unknown[] = [];
    while (!this.#skips(0x5d)) values.push(this.value(this.marker(), depth + 1));
    return values;
  }

  #skips(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at++;
    return true;
  }

  /** Moves on; where it was. */
  #take(count: number): number {
    const from = this.#at;
    if (!(count >= 0 && from + count <= this.#bytes.length)) throw damaged(`it is cut off at byte ${from}`);
    this.#at = from + count;
    return from;
  }
}

function damaged(what: string): UnreadableModel {
  return new UnreadableModel(`The UBJ cannot be read (${what});`, 'load an undamaged file.');
}
