import { splitRecords } from './csv-sample';

/** Lines of remarks (`# ...`) above a table. */
export interface Preface {
  lines: number;
  bytes: number;
}

/**
 * Remarks at the beginning of `sample`. A `#` line with as many cells as the line below them is the table's own
 * first line (NumPy's `savetxt` writes its header so).
 */
export function readPreface(sample: string, delimiter: (rest: string) => string): Preface {
  const remarks = /^(?:#[^\n]*\n)+/.exec(sample)?.[0] ?? '';
  const rest = sample.slice(remarks.length);
  if (remarks === '' || rest.trim() === '') return { lines: 0, bytes: 0 };
  const lines = remarks.split('\n').slice(0, -1);
  const divider = delimiter(rest);
  const width = (text: string): number => splitRecords(text, divider, 1)[0]?.length ?? 0;
  if (width(lines.at(-1)!) === width(rest) && width(rest) > 1) lines.pop();
  const kept = lines.map((line) => `${line}\n`).join('');
  return { lines: lines.length, bytes: Buffer.byteLength(kept) };
}

/**
 * Whether columns are lined up by runs of blanks: no other delimiter, and every line splits into the same number of
 * cells, more than one.
 */
export function isAligned(sample: string): boolean {
  const lines = sample.split(/\r?\n/).filter((line) => line.trim() !== '').slice(0, 200);
  if (lines.length < 2 || !lines.some((line) => / {2}|^ /.test(line)) || lines.some((line) => /[,;\t|"]/.test(line))) return false;
  const widths = new Set(lines.map((line) => line.trim().split(/ +/).length));
  return widths.size === 1 && !widths.has(1);
}

/** Text in which runs of blanks are one blank, and none begins or ends a line; to be called piece by piece. */
export function unaligner(): (bytes: Uint8Array) => Uint8Array {
  const space = 0x20;
  const isEnd = (byte: number): boolean => byte === 0x0a || byte === 0x0d;
  let lineStart = true;
  let pending = false;
  return (bytes) => {
    const output = new Uint8Array(bytes.length + 1);
    let length = 0;
    for (const byte of bytes) {
      if (byte === space) {
        pending = !lineStart;
        continue;
      }
      if (pending && !isEnd(byte)) output[length++] = space;
      pending = false;
      lineStart = isEnd(byte);
      output[length++] = byte;
    }
    return output.subarray(0, length);
  };
}
