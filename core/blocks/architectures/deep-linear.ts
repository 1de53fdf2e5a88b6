import { defineBlock, flatten, linear } from '#core/nn';
import type { Architecture, Layer } from '#core/nn';
import { z } from 'zod';
import { initializers } from '../initializers';
import { balancedInitializers } from '../initializers/balanced';
import { layered } from './network';

/**
 * Deep linear network: `f(x) = W_N ... W_1 x`. As a function it is a matrix; as an optimization problem it has the saddles,
 * plateaus and implicit biases of deep networks. Pictures are flattened. In PyTorch: `layers = nn.Sequential(...)` of
 * `nn.Linear` (behind an `nn.Flatten` for pictures).
 */
export const deepLinear = defineBlock({
  slot: 'architectures',
  use: 'deep-linear',
  title: 'Deep linear network',
  help: 'A product of matrices: linear in its input, yet trained like a deep network. For theory and for saddles one can compute.',
  paper: {
    title: 'Exact Solutions to the Nonlinear Dynamics of Learning in Deep Linear Neural Networks',
    authors: 'Saxe, McClelland, Ganguli', year: 2014, id: 'arXiv:1312.6120',
  },
  parameters: z.object({
    depth: z.number().int().min(1).max(256).default(3).describe('Number of matrices.').meta({ label: 'Depth', unit: 'layers' }),
    width: z.number().int().min(1).max(16_384).default(64).describe('Units of each hidden layer.').meta({ label: 'Width', unit: 'units' }),
    initialization: z.enum(['balanced', 'independent']).default('balanced')
      .describe('balanced: one random map, divided evenly over the layers; independent: each layer drawn by the initializer.').meta({ label: 'Initialization' }),
    gain: z.number().positive().max(100).default(0.5)
      .describe('Size of the balanced map: 1 keeps the size of the signals, small values start near the saddle at zero.').meta({ label: 'Gain', scale: 'log' }),
    bias: z.boolean().default(false).describe('Add a bias to each layer.').meta({ label: 'Bias', advanced: true }),
    initializer: initializers.schema.prefault('glorot').describe('How the first weights are drawn where they are independent.').meta({ label: 'Initializer', advanced: true }),
  }),
  build({ depth, width, initialization, gain, bias, ...parameters }, context): Architecture {
    const inputs = context.exampleShape.reduce((a, b) => a * b, 1);
    const widths = [inputs, ...new Array<number>(depth - 1).fill(width), context.outputs];
    const independent = initializers.build(parameters.initializer, context);
    const rules = initialization === 'balanced' ? balancedInitializers(widths, gain) : widths.slice(1).map(() => independent);
    const row = rules.map((initializer, j): Layer => linear({ units: widths[j + 1]!, bias, initializer }));
    const first = context.exampleShape.length > 1 ? [flatten] : [];
    return layered(`Deep linear ${widths.slice(1).join('-')}`, context.exampleShape, [...first, ...row]);
  },
});
