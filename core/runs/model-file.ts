import { readFileSync, statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { UserError } from '#core/graph';
import { describeOnnx, openOnnx, readSafetensors, type OnnxDescription } from '#core/nn';

/** A model file as plain data: a network with its weights (ONNX), or weights alone (safetensors). */
export type ModelFileDescription = { path: string; name: string; bytes: number } & (
  | { kind: 'onnx'; onnx: OnnxDescription }
  | { kind: 'safetensors'; tensors: { name: string; type: string; shape: number[] }[]; count: number; metadata: Record<string, string> }
);

/**
 * What a model file holds.
 *
 * @param options.exampleShape shape of one example, where an ONNX file leaves it open
 * @throws UserError when the file is not there, or not what it claims to be
 */
export function describeModelFile(path: string, options: { exampleShape?: readonly number[]; output?: string } = {}): ModelFileDescription {
  const whole = resolve(path);
  const stat = statSync(whole, { throwIfNoEntry: false });
  if (!stat?.isFile()) throw new UserError('model.missing', `${path} ${stat ? 'is not a file' : 'does not exist'}.`);
  const base = { path: whole, name: basename(whole), bytes: stat.size };
  switch (extname(whole).toLowerCase()) {
    case '.onnx': {
      const model = openOnnx(whole, options.output === undefined ? {} : { output: options.output });
      return { ...base, kind: 'onnx', onnx: describeOnnx(model, options.exampleShape ?? model.statedShape) };
    }
    case '.safetensors': {
      const { tensors, metadata } = readSafetensors(readFileSync(whole), base.name);
      const list = Object.entries(tensors).map(([name, { shape, data }]) => ({ name, type: data.constructor.name.replace('Array', '').toLowerCase(), shape: [...shape] }));
      return { ...base, kind: 'safetensors', tensors: list, count: Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0), metadata: { ...metadata } };
    }
    default:
      throw new UserError('model.unknown-file', `${base.name} is no model file that Basin reads.`, { hint: 'Known: ONNX (.onnx) and safetensors (.safetensors).' });
  }
}
