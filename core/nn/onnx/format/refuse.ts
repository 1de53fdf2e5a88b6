import { UserError } from '#core/graph';

/** Refuses a file that is not what it claims to be: what is wrong, and where. */
export function malformed(file: string, what: string): never {
  throw new UserError('onnx.invalid', `${file} is not a valid ONNX file: ${what}`, {
    hint: 'It is truncated, damaged, or not an ONNX model; export or copy it again.',
  });
}
