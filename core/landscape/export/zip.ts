import { ZipFile } from 'yazl';

/** The archive is the same bytes whenever it is written; pictures are compressed already. */
const entryOptions = { compress: false, mtime: new Date(1980, 0, 1), forceDosTimestamp: true };

/** Files as a zip archive. */
export async function zipStored(files: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const { name, bytes } of files) zip.addBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name, entryOptions);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
