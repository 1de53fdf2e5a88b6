import { resolve } from 'node:path';
import { blockFromFile } from '#core/blocks';
import { UserError } from '#core/graph';
import { parseSpecification } from './create';
import type { RunSpecification } from './specification/schema';

/** What may be changed in a specification from outside, without writing one. */
export interface SpecificationChanges {
  /** A file that a network is made from (ONNX), or the name of an architecture. */
  model?: string;
  /** A safetensors file with the weights to begin with, and whether what fits is enough. */
  weights?: string;
  partialWeights?: boolean;
  epochs?: number;
  /** Find the op that makes the first NaN. */
  debugNaN?: boolean;
  /** Measures beside those of the specification. */
  measures?: readonly unknown[];
}

/** A specification with another network, other first weights or another length. */
export function changeSpecification(specification: RunSpecification, { model, weights, partialWeights = false, epochs, debugNaN, measures }: SpecificationChanges): RunSpecification {
  const block = model === undefined ? undefined : (blockFromFile('architectures', resolve(model)) ?? namedBlock(model));
  return parseSpecification({
    ...specification,
    ...(block && { model: block }),
    ...(weights !== undefined && { weights: { file: resolve(weights), partial: partialWeights } }),
    ...(measures && { measure: [...specification.measure, ...measures] }),
    training: { ...specification.training, ...(epochs !== undefined && { epochs }), ...(debugNaN !== undefined && { debugNaN }) },
  });
}

function namedBlock(name: string): string {
  if (/^[\w-]+$/.test(name)) return name;
  throw new UserError('model.unknown-file', `no network is made from ${name}`, { hint: 'Name an ONNX file (.onnx), or an architecture; weights alone (.safetensors) go with --weights.' });
}
