import { z } from 'zod';
import { activations } from '../activations';
import { initializers } from '../initializers';

/** The settings that all Transformers share. */
export const transformerFields = {
  width: z.number().int().min(1).max(8192).default(64).describe('Length of the vector that stands for a step.').meta({ label: 'Width', unit: 'units' }),
  depth: z.number().int().min(1).max(128).default(2).describe('Transformer layers.').meta({ label: 'Depth', unit: 'layers' }),
  heads: z.number().int().min(1).max(128).default(4).describe('Attention heads; must divide the width.').meta({ label: 'Heads' }),
  hidden: z.number().min(0.25).max(16).default(4).describe('Units of the dense hidden layer, in multiples of the width.').meta({ label: 'Hidden', unit: 'widths', advanced: true }),
  dropout: z.number().min(0).max(0.95).default(0)
    .describe('Share dropped in each training step: of attention weights, hidden units and what each branch adds.').meta({ label: 'Dropout' }),
  activation: activations.schema.prefault('gelu').describe('Nonlinearity of the dense hidden layer.').meta({ label: 'Activation', advanced: true }),
};

/** How the first weights are drawn, by the architecture's own habit. */
export const initializerField = (usual: { use: string } & Record<string, unknown>, whose: string) =>
  initializers.schema.prefault(usual).describe(`How the first weights are drawn; by default ${whose}.`).meta({ label: 'Initializer', advanced: true });
