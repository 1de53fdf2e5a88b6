import type { ElementType, SafetensorsFile, StoredTensor, TensorArray } from './format';
import { bfloatToFloat, halfToFloat } from '../half';
import { readHeader } from './header';

/** The numbers of one array; a copy, so that it is aligned and outlives the file's bytes. */
function decode(type: ElementType, bytes: Uint8Array): TensorArray {
  const buffer = new Uint8Array(bytes).buffer; // Not slice: a Node Buffer's would share its pool.
  switch (type) {
    case 'F64': return new Float64Array(buffer);
    case 'F32': return new Float32Array(buffer);
    case 'F16': return Float32Array.from(new Uint16Array(buffer), halfToFloat);
    case 'BF16': return Float32Array.from(new Uint16Array(buffer), bfloatToFloat);
    case 'I64': return new BigInt64Array(buffer);
    case 'I32': return new Int32Array(buffer);
    case 'I16': return new Int16Array(buffer);
    case 'I8': return new Int8Array(buffer);
    case 'U8':
    case 'BOOL': return new Uint8Array(buffer);
  }
}

/**
 * Reads the bytes of a safetensors file, trusting nothing in it: a header that does not describe exactly these bytes is
 * refused before an array is allocated. Half and bfloat16 become single precision.
 *
 * @param file name for messages
 * @throws UserError `safetensors.invalid`, `safetensors.dtype`
 */
export function readSafetensors(bytes: Uint8Array, file = 'the file'): SafetensorsFile {
  const { entries, metadata, start } = readHeader(bytes, file);
  // Names come from the file: a record without a prototype takes any of them, "__proto__" too.
  const tensors = Object.create(null) as Record<string, StoredTensor>;
  for (const { name, type, shape, begin, end } of entries) {
    tensors[name] = { shape, data: decode(type, bytes.subarray(start + begin, start + end)) };
  }
  return { tensors, metadata };
}
