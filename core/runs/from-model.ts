import { resolve } from 'node:path';
import { blockFromFile } from '#core/blocks';
import { UserError } from '#core/graph';
import { parseSpecification } from './create';
import type { RunSpecification } from './specification/schema';

/** What may be changed in a specification from outside, without writing one. */
export interface SpecificationChanges {
  /** A file that a network is made from (ONNX), or the name of an architecture. */
  model?: string;
  /** Of a network from an ONNX file: whether its BatchNorm statistics stay in training, or each batch has its own and the file's move along. */
  batchNorm?: 'inference' | 'batch';
  /** A safetensors file with the weights to begin with, and whether what fits is enough. */
  weights?: string;
  partialWeights?: boolean;
  epochs?: number;
  /** Find the op that makes the first NaN. */
  debugNaN?: boolean;
  /** Measures beside those of the specification. */
  measures?: readonly unknown[];
}

/**
 * A specification with another network, other first weights or another length.
 *
 * @throws UserError where the specification it becomes is not sound, or a change is not about its network
 */
export function changeSpecification(specification: RunSpecification, { model, batchNorm, weights, partialWeights = false, epochs, debugNaN, measures }: SpecificationChanges): RunSpecification {
  const block = model === undefined ? undefined : (blockFromFile('architectures', resolve(model)) ?? namedBlock(model));
  const network = batchNorm === undefined ? block : withBatchNorm(block ?? specification.model, batchNorm);
  return parseSpecification({
    ...specification,
    ...(network !== undefined && { model: network }),
    ...(weights !== undefined && { weights: { file: resolve(weights), partial: partialWeights } }),
    ...(measures && { measure: [...specification.measure, ...measures] }),
    training: { ...specification.training, ...(epochs !== undefined && { epochs }), ...(debugNaN !== undefined && { debugNaN }) },
  });
}

function withBatchNorm(block: unknown, batchNorm: 'inference' | 'batch'): object {
  if (typeof block === 'object' && block !== null && 'use' in block && block.use === 'onnx') return { ...block, batchNorm };
  throw new UserError('model.batch-norm', 'Whether BatchNorm statistics move is chosen of networks from ONNX files; those of the architectures always do in training.', { hint: 'Leave --batch-norm out, or name an ONNX file with --model.' });
}

function namedBlock(name: string): string {
  if (/^[\w-]+$/.test(name)) return name;
  throw new UserError('model.unknown-file', `no network is made from ${name}`, { hint: 'Name an ONNX file (.onnx), or an architecture; weights alone (.safetensors) go with --weights.' });
}
