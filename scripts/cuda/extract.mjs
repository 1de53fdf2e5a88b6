// Takes single files out of a zip archive, each checked against the archive's own checksum.
import { createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';

/**
 * @param {string} archive
 * @param {ReadonlyMap<string, string>} wanted path in the archive -> file to write
 */
export async function extractFiles(archive, wanted) {
  const zip = await promisify(/** @type {any} */ (yauzl.open))(archive, { lazyEntries: true });
  const missing = new Set(wanted.keys());
  try {
    await new Promise((resolve, reject) => {
      zip.on('error', reject);
      zip.on('end', resolve);
      zip.on('entry', (/** @type {yauzl.Entry} */ entry) => {
        const file = wanted.get(entry.fileName);
        if (file === undefined) return zip.readEntry();
        missing.delete(entry.fileName);
        writeEntry(zip, entry, file).then(() => zip.readEntry(), reject);
      });
      zip.readEntry();
    });
  } finally {
    zip.close();
  }
  if (missing.size > 0) throw new Error(`The package does not contain ${[...missing].join(', ')}. Nothing was installed.`);
}

/**
 * @param {any} zip
 * @param {yauzl.Entry} entry
 * @param {string} file
 */
async function writeEntry(zip, entry, file) {
  let sum = 0;
  const check = new Transform({
    transform(chunk, _, next) {
      sum = crc32(chunk, sum);
      next(null, chunk);
    },
  });
  await pipeline(await promisify(zip.openReadStream.bind(zip))(entry), check, createWriteStream(file));
  if (sum !== entry.crc32) throw new Error(`${entry.fileName} is damaged in the package. Nothing was installed.`);
}
