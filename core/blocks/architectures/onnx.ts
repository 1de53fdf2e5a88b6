import { UserError } from '#core/graph';
import { defineBlock, openOnnx } from '#core/nn';
import type { Architecture } from '#core/nn';
import { z } from 'zod';

/**
 * A network from an ONNX file, its weights as the first weights. Names are the file's; where PyTorch wrote it, mostly its
 * own (`layer1.0.conv1.weight`).
 */
export const onnx = defineBlock({
  slot: 'architectures',
  use: 'onnx',
  title: 'ONNX file',
  help: 'A network that PyTorch, Keras or scikit-learn exported: train it further, or judge it on your data.',
  tasks: ['classification', 'regression'],
  parameters: z.object({
    file: z.string().default('').describe('The ONNX file; relative paths start at the specification’s folder.').meta({ label: 'File', file: ['onnx'] }),
    batchNorm: z.enum(['inference', 'batch']).default('inference')
      .describe('Batch normalization in training: with the moments of the file, which stay; or with each batch’s own, and the file’s move along.')
      .meta({ label: 'Batch normalization' }),
    output: z.string().nullable().default(null).describe('Name of the output to train; empty: the first one of numbers.').meta({ label: 'Output', advanced: true }),
    freeze: z.array(z.string().min(1)).max(1000).default([])
      .describe('Names of weights that stay as they are; * stands for any letters (encoder.*).').meta({ label: 'Freeze', advanced: true }),
  }),
  files: ({ file }) => (file === '' ? [] : openOnnx(file).paths),
  build({ file, batchNorm, output, freeze }, { exampleShape, outputs, link, classNames }): Architecture {
    if (file === '') throw new UserError('onnx.no-file', 'no ONNX file is named', { hint: 'Name it in model.file, or drop it on the window.' });
    const wanted = link === undefined ? undefined : { outputs, link, ...(classNames && { classNames }) };
    return openOnnx(file, { freeze, ...(output !== null && { output }) }).module({ exampleShape, batchNorm, ...(wanted && { wanted }) }).module;
  },
});
