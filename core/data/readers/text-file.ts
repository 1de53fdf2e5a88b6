import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { UserError } from '#core/graph';
import type { Notice, Probe, ReadOptions } from '../source';
import { readHead, streamFile } from './file-stream';
import { TemporaryFile } from './temporary-file';
import type { Encoding } from './text-encoding';
import { detectEncoding, latin1, Utf8Check } from './text-encoding';

/** A text file as UTF-8: itself, or a transcoded copy that goes when it is disposed of. */
export interface TextFile {
  path: string;
  /** Bytes of the byte-order mark at the beginning of `path`. */
  mark: number;
  bytes: number;
  encoding: string;
  /** SHA-256 of the original. */
  fingerprint: string;
  head(length: number): Promise<Uint8Array>;
  dispose(): Promise<void>;
}

/**
 * Finds out a text file's encoding by its bytes, checks all of it and makes it readable as UTF-8.
 * @param withoutMark make a copy without the byte-order mark, for who would trip over it
 * @throws UserError where a file is partly UTF-8 and partly something else, with line and byte.
 */
export async function openText(probe: Probe, options: ReadOptions, notices: Notice[], withoutMark = false): Promise<TextFile> {
  const file = basename(probe.path);
  let encoding = detectEncoding(probe.head, options.encoding);
  const hash = createHash('sha256');
  const check = encoding.name === 'utf-8' ? new Utf8Check() : null;
  await streamFile(
    probe.path,
    (bytes) => {
      hash.update(bytes);
      check?.write(bytes);
    },
    options.signal,
  );
  check?.end();
  if (check?.first) encoding = decide(file, check, options.encoding !== undefined || encoding.mark > 0);
  const fingerprint = hash.digest('hex');
  if (encoding.name === 'utf-8') {
    if (encoding.mark > 0) notices.push({ code: 'text.byte-order-mark', message: `${file} begins with a byte-order mark, which is left out.` });
    if (!withoutMark || encoding.mark === 0) return textFile(probe.path, encoding.mark, probe.bytes, encoding.name, fingerprint, async () => {});
  } else notices.push({
    code: 'text.encoding',
    message: `${file} is read as ${encoding.name === 'latin-1' ? 'Latin-1 (Windows-1252)' : encoding.name.toUpperCase()}${options.encoding ? ', as chosen' : ''}.`,
    ...(options.encoding ? {} : { hint: 'Choose another encoding if letters with accents look wrong.' }),
  });
  const copy = await TemporaryFile.create();
  try {
    await transcode(probe.path, copy, encoding, file, options);
    return textFile(copy.path, 0, copy.bytes, encoding.name, fingerprint, () => copy.dispose());
  } catch (error) {
    await copy.dispose();
    throw error;
  }
}

function textFile(path: string, mark: number, bytes: number, encoding: string, fingerprint: string, dispose: () => Promise<void>): TextFile {
  return { path, mark, bytes: bytes - mark, encoding, fingerprint, head: (length) => readHead(path, length, mark), dispose };
}

/** Not valid as UTF-8: an older encoding of one byte a letter if no UTF-8 is in it, else a mixture. */
function decide(file: string, check: Utf8Check, sure: boolean): Encoding {
  const { line, position, byte } = check.first!;
  const where = `${file}, line ${line}, byte ${position} (0x${byte.toString(16).padStart(2, '0')})`;
  if (check.sequences === 0 && !sure) return latin1;
  const mixed = check.sequences > 0;
  throw new UserError(
    'data.text.encoding',
    mixed
      ? `${where}: not UTF-8, while other letters of the file are: it mixes encodings (${check.invalid} such bytes).`
      : `${where}: not UTF-8, which the file is said to be.`,
    { hint: 'Save the file again as UTF-8, or choose the encoding it is in (then letters of the other one look wrong).' },
  );
}

async function transcode(from: string, to: TemporaryFile, encoding: Encoding, file: string, options: ReadOptions): Promise<void> {
  const decoder = new TextDecoder(encoding.label, { fatal: true, ignoreBOM: true });
  let line = 1;
  const decode = (chunk?: Uint8Array): Uint8Array => {
    try {
      const text = chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
      for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) line++;
      return Buffer.from(text);
    } catch (cause) {
      throw new UserError('data.text.encoding', `${file}, after line ${line}: bytes that are not ${encoding.name}.`, {
        hint: 'Choose another encoding, or save the file again as UTF-8.',
        cause,
      });
    }
  };
  await streamFile(from, (chunk) => to.write(decode(chunk)), options.signal, encoding.mark);
  await to.write(decode());
  await to.finish();
}
