import { UserError } from '#core/graph';

/** How the bytes of a text file become characters. `label` is what `TextDecoder` calls it. */
export interface Encoding {
  /** `utf-8`, `utf-16le`, `utf-16be`, `latin-1` or another that was asked for. */
  name: string;
  label: string;
  /** Length of the byte-order mark. */
  mark: number;
}

const utf8: Encoding = { name: 'utf-8', label: 'utf-8', mark: 0 };

/**
 * Encoding by byte-order mark, or by the zeros that UTF-16 leaves in Western text; else UTF-8, whose validity is
 * checked over the whole file by `Utf8Check`.
 */
export function detectEncoding(head: Uint8Array, asked?: string): Encoding {
  const mark = byteOrderMark(head);
  if (asked !== undefined) return { ...namedEncoding(asked), mark: mark?.mark ?? 0 };
  if (mark) return mark;
  const length = Math.min(head.length, 4096);
  let even = 0;
  let odd = 0;
  for (let i = 0; i < length; i++) {
    if (head[i] === 0) {
      if (i % 2) odd++;
      else even++;
    }
  }
  if (odd > length / 5 && even < length / 50) return { name: 'utf-16le', label: 'utf-16le', mark: 0 };
  if (even > length / 5 && odd < length / 50) return { name: 'utf-16be', label: 'utf-16be', mark: 0 };
  return utf8;
}

function byteOrderMark(head: Uint8Array): Encoding | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { ...utf8, mark: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { name: 'utf-16le', label: 'utf-16le', mark: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { name: 'utf-16be', label: 'utf-16be', mark: 2 };
  return null;
}

/** @throws UserError for a name that is not an encoding. */
function namedEncoding(asked: string): Encoding {
  const name = asked.toLowerCase().replace(/^utf(\d)/, 'utf-$1');
  if (['latin-1', 'latin1', 'iso-8859-1', 'windows-1252', 'cp1252'].includes(name)) return latin1;
  try {
    const label = new TextDecoder(name).encoding;
    return { name: label, label, mark: 0 };
  } catch (cause) {
    throw new UserError('data.encoding.unknown', `"${asked}" is not a text encoding that can be read.`, {
      hint: 'Use for instance utf-8, utf-16le, latin-1, windows-1250, shift_jis or gbk.',
      cause,
    });
  }
}

/** Windows-1252 is Latin-1 with printable characters where Latin-1 has control codes. */
export const latin1: Encoding = { name: 'latin-1', label: 'windows-1252', mark: 0 };

/** Where text stops being UTF-8. */
export interface InvalidByte {
  /** Offset in the file, from 0. */
  offset: number;
  line: number;
  /** Byte position in the line, from 1. */
  position: number;
  byte: number;
}

/**
 * Checks bytes as they stream by: counts well-formed sequences of more than one byte and bytes that belong to none
 * (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF), and remembers the first of these.
 */
export class Utf8Check {
  sequences = 0;
  invalid = 0;
  first: InvalidByte | null = null;
  private need = 0;
  private low = 0x80;
  private high = 0xbf;
  private offset = 0;
  private line = 1;
  private lineStart = 0;
  private start = 0;
  private startByte = 0;

  write(bytes: Uint8Array): void {
    const base = this.offset;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      if (this.need > 0) {
        if (byte >= this.low && byte <= this.high) {
          this.low = 0x80;
          this.high = 0xbf;
          if (--this.need === 0) this.sequences++;
          continue;
        }
        this.fail();
        this.need = 0;
      }
      if (byte < 0x80) {
        if (byte === 10) {
          this.line++;
          this.lineStart = base + i + 1;
        }
        continue;
      }
      this.start = base + i;
      this.startByte = byte;
      this.low = 0x80;
      this.high = 0xbf;
      if (byte >= 0xc2 && byte <= 0xdf) this.need = 1;
      else if (byte >= 0xe0 && byte <= 0xef) {
        this.need = 2;
        if (byte === 0xe0) this.low = 0xa0;
        if (byte === 0xed) this.high = 0x9f;
      } else if (byte >= 0xf0 && byte <= 0xf4) {
        this.need = 3;
        if (byte === 0xf0) this.low = 0x90;
        if (byte === 0xf4) this.high = 0x8f;
      } else this.fail();
    }
    this.offset += bytes.length;
  }

  end(): void {
    if (this.need > 0) this.fail();
  }

  private fail(): void {
    this.invalid++;
    this.first ??= { offset: this.start, line: this.line, position: this.start - this.lineStart + 1, byte: this.startByte };
  }
}
