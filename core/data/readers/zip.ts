import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { UserError } from '#core/graph';
import { checkEntries, entryName } from './zip-checks';

/** A file in an archive whose names, kinds and sizes have been checked. */
export interface ArchiveEntry {
  /** Relative, divided by `/`, without `.` or `..`. */
  name: string;
  /** Bytes unpacked, as declared; reading stops where there are more. */
  size: number;
}

/** An archive read in place: nothing of it is ever written to disk. */
export interface Archive {
  /** Name of the archive's file. */
  file: string;
  /** Files; folders are left out. */
  entries: readonly ArchiveEntry[];
  /** @throws UserError where an entry is damaged, or larger than declared. */
  read(entry: ArchiveEntry): Promise<Buffer>;
}

/**
 * Opens a zip archive and checks every entry before any is used: see `checkEntries`.
 * @param largest refuse archives that unpack to more bytes than this
 */
export async function openArchive(path: string, largest = 4 * 2 ** 30, signal?: AbortSignal): Promise<Archive> {
  const file = basename(path);
  const found = await listEntries(path, file, signal);
  checkEntries(file, found, largest);
  const files = found.filter(({ name }) => !name.endsWith('/'));
  const byName = new Map(files.map(({ entry, name }) => [name, entry]));
  return {
    file,
    entries: files.map(({ entry, name }) => ({ name, size: entry.uncompressedSize })),
    async read({ name }) {
      const entry = byName.get(name);
      if (!entry) throw new RangeError(`${file} has no entry ${name}`);
      return readEntry(path, file, name, entry);
    },
  };
}

async function listEntries(path: string, file: string, signal?: AbortSignal): Promise<{ entry: Entry; name: string }[]> {
  // A bundled CommonJS package has its names on the default export only.
  const { openPromise } = (await import('yauzl')).default;
  let zip: ZipFile | undefined;
  try {
    // Names are decoded and checked by us, so that messages name them.
    zip = await openPromise(path, { autoClose: false, lazyEntries: true, decodeStrings: false });
    const found: { entry: Entry; name: string }[] = [];
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted();
      found.push({ entry, name: entryName(entry) });
    }
    return found;
  } catch (error) {
    if (signal?.aborted || (error as NodeJS.ErrnoException).code) throw error;
    throw new UserError('data.zip.damaged', `${file} is not a readable zip archive: ${(error as Error).message}.`, {
      hint: 'It may be cut short: copy or download it again.',
      cause: error,
    });
  } finally {
    zip?.close();
  }
}

const localHeaderBytes = 30;
const localHeaderSignature = 0x04034b50;

/** Opens the file for this entry alone, so that a source needs no closing. */
async function readEntry(path: string, file: string, name: string, entry: Entry): Promise<Buffer> {
  const damaged = (why: string, cause?: unknown): UserError =>
    new UserError('data.zip.damaged', `${file}: the entry ${name} ${why}.`, { hint: 'Copy or download the archive again.', cause });
  const handle = await open(path);
  let packed: Buffer;
  try {
    const header = Buffer.alloc(localHeaderBytes);
    const { bytesRead } = await handle.read(header, 0, localHeaderBytes, entry.relativeOffsetOfLocalHeader);
    if (bytesRead < localHeaderBytes || header.readUInt32LE(0) !== localHeaderSignature) throw damaged('is damaged (no header where it should begin)');
    const start = entry.relativeOffsetOfLocalHeader + localHeaderBytes + header.readUInt16LE(26) + header.readUInt16LE(28);
    if (start + entry.compressedSize > (await handle.stat()).size) throw damaged('is cut short');
    packed = Buffer.alloc(entry.compressedSize);
    await handle.read(packed, 0, packed.length, start);
  } finally {
    await handle.close();
  }
  const contents = entry.compressionMethod === 0 ? packed : await inflate(packed, entry.uncompressedSize, damaged);
  if (contents.length !== entry.uncompressedSize) {
    throw damaged(`unpacks to ${contents.length} bytes, ${entry.uncompressedSize} declared`);
  }
  if (crc32(contents) !== entry.crc32 >>> 0) throw damaged('is damaged (its checksum is wrong)');
  return contents;
}

/** Stops as soon as more bytes come out than were declared, whatever is left. */
async function inflate(packed: Buffer, size: number, damaged: (why: string, cause?: unknown) => UserError): Promise<Buffer> {
  try {
    return await promisify(inflateRaw)(packed, { maxOutputLength: size + 1 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw damaged(`unpacks to more than the ${size} bytes declared`, cause);
    throw damaged(`is damaged (${(cause as Error).message})`, cause);
  }
}
