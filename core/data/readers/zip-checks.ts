import type { Entry } from 'yauzl';
import { UserError } from '#core/graph';

const utf8Flag = 0x800;
const fileTypeMask = 0o170000;
const regularFile = 0o100000;
const folder = 0o040000;
const link = 0o120000;

/** An entry's name as the archive has it: UTF-8 where it says so or is valid as such, else one byte a letter. */
export function entryName(entry: Entry): string {
  // With `decodeStrings: false` yauzl leaves the name as bytes, which its types do not know.
  const bytes = entry.fileName as unknown as Uint8Array;
  try {
    return new TextDecoder('utf-8', { fatal: (entry.generalPurposeBitFlag & utf8Flag) === 0 }).decode(bytes);
  } catch {
    // Archives of old programs: any decoding does, as long as it tells names apart and keeps ASCII.
    return new TextDecoder('latin1').decode(bytes);
  }
}

/** Deflate cannot shrink more than 1032 times: beyond this ratio only bombs are made. */
const bombRatio = 1000;
const bombSize = 100e6;

/**
 * Refuses, before anything is unpacked: names that lead out of the archive (`..`, absolute, drive letters,
 * backslashes, NUL), links and devices, encryption, unknown compression, two entries of one name, and contents whose
 * declared sizes are a bomb's.
 */
export function checkEntries(file: string, found: readonly { entry: Entry; name: string }[], largest: number): void {
  const names = new Set<string>();
  let total = 0;
  for (const { entry, name } of found) {
    const refuse = (code: string, why: string, hint: string): never => {
      throw new UserError(`data.zip.${code}`, `${file} is not opened: its entry ${JSON.stringify(name)} ${why}.`, { hint });
    };
    const unsafe = 'Archives of data have no such names; do not unpack this one either.';
    if (name === '' || name.includes('\0')) refuse('path', 'has no usable name', unsafe);
    if (name.includes('\\')) refuse('path', 'has a backslash in its name', unsafe);
    if (name.startsWith('/')) refuse('path', 'has an absolute path', unsafe);
    if (/^[a-z]:/i.test(name)) refuse('path', 'names a drive', unsafe);
    if (name.split('/').includes('..')) refuse('path', 'leads out of the archive (..)', unsafe);
    const type = (entry.externalFileAttributes >>> 16) & fileTypeMask;
    if (type === link) refuse('link', 'is a symbolic link', 'Make an archive of the files themselves.');
    if (type !== 0 && type !== regularFile && type !== folder) refuse('link', 'is neither a file nor a folder', 'Make an archive of plain files.');
    if (entry.isEncrypted()) refuse('encrypted', 'is encrypted', 'Unpack it with its password and open the folder.');
    if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
      refuse('method', `is compressed by method ${entry.compressionMethod}`, 'Make the archive again with the usual method (Deflate), or open the unpacked folder.');
    }
    // Where letters do not differ by case, "Cat" and "cat" are one file.
    const key = name.normalize().replace(/\/+/g, '/').replace(/^(\.\/)+/, '').toLowerCase();
    if (names.has(key)) refuse('duplicate', 'is there twice', 'Make the archive again; one of the two would be lost.');
    names.add(key);
    if (entry.uncompressedSize > bombSize && entry.uncompressedSize > entry.compressedSize * bombRatio) {
      refuse('bomb', `unpacks from ${entry.compressedSize} to ${entry.uncompressedSize} bytes, as only a zip bomb does`, 'Unpack it elsewhere if you trust it.');
    }
    total += entry.uncompressedSize;
    if (total > largest) {
      throw new UserError('data.zip.large', `${file} is not opened: it unpacks to more than ${largest} bytes (${gigabytes(largest)}).`, {
        hint: 'If you trust it, raise the limit for archives, or unpack it and open the folder.',
      });
    }
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toPrecision(3)} GiB`;
}
