import { UserError } from '#core/graph';
import { z } from 'zod';
import { elementBytes, largestHeader } from './format';
import type { ElementType } from './format';

export interface Entry {
  name: string;
  type: ElementType;
  shape: number[];
  begin: number;
  end: number;
}

const size = z.number().int().nonnegative();
const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});

/** Refuses the file: what is wrong, in which file, and where. */
export function refuse(file: string, what: string): never {
  throw new UserError('safetensors.invalid', `${file} is not a valid safetensors file: ${what}`, {
    hint: 'The file is truncated or was changed after it was written; save or copy it again.',
  });
}

function parseJson(bytes: Uint8Array, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new UserError('safetensors.invalid', `${file} is not a valid safetensors file: its header is not JSON`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(file, 'its header is not a JSON object');
  return value as Record<string, unknown>;
}

function readMetadata(value: unknown, file: string): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(file, '__metadata__ is not a record of text');
  const metadata = Object.create(null) as Record<string, string>;
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') refuse(file, `__metadata__ is not a record of text: "${key}" is something else`);
    metadata[key] = text;
  }
  return metadata;
}

/**
 * The checked table of contents: every array lies within the file, has exactly the bytes its shape and type need, and the
 * arrays fill the file without a gap, an overlap or anything after them.
 */
export function readHeader(bytes: Uint8Array, file: string): { entries: Entry[]; metadata: Record<string, string>; start: number } {
  if (bytes.length < 10) refuse(file, `it has only ${bytes.length} bytes`);
  const claimed = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (claimed > BigInt(largestHeader)) refuse(file, `its header claims ${claimed} bytes, more than the format's limit of ${largestHeader}`);
  const length = Number(claimed);
  const start = 8 + length;
  if (start > bytes.length) refuse(file, `its header claims ${length} bytes, the file has ${bytes.length}`);
  const header = parseJson(bytes.subarray(8, start), file);

  const metadata = readMetadata(header['__metadata__'] ?? {}, file);
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__').map(([name, value]): Entry => {
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success) refuse(file, `the entry "${name}" is not { dtype, shape, data_offsets }`);
    const { dtype, shape, data_offsets: [begin, end] } = parsed.data;
    if (!Object.hasOwn(elementBytes, dtype)) {
      throw new UserError('safetensors.dtype', `${file}: "${name}" holds ${dtype}, which Basin does not read`, {
        hint: `Convert it first; known: ${Object.keys(elementBytes).join(', ')}.`,
      });
    }
    const type = dtype as ElementType;
    const need = shape.reduce((a, b) => a * b, elementBytes[type]);
    if (!Number.isSafeInteger(need) || end - begin !== need) {
      refuse(file, `"${name}" is ${dtype} [${shape.join(', ')}], which is ${need} bytes, but has ${end - begin}`);
    }
    return { name, type, shape, begin, end };
  });

  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let filled = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== filled) refuse(file, `"${name}" begins at byte ${begin} of the data, not at ${filled} where the one before ends`);
    filled = end;
  }
  if (start + filled !== bytes.length) refuse(file, `its arrays take ${filled} bytes, the file has ${bytes.length - start}`);
  return { entries, metadata, start };
}
