import { batchNorm, groupNorm, layerNorm } from '#core/nn';
import type { Layer } from '#core/nn';
import { z } from 'zod';

/** Which normalization follows a layer. */
export const normSchema = z.enum(['none', 'batch', 'group', 'layer']).default('none')
  .describe('Normalization after each layer: over the batch, over groups of channels, or over the whole example.')
  .meta({ label: 'Normalization' });

export const groupsSchema = z.number().int().min(1).max(1024).default(8)
  .describe('Groups of the group normalization; must divide the channels.').meta({ label: 'Groups', advanced: true });

/** The chosen normalization as layers to put in a row: one or none. */
export function normLayers(kind: 'none' | 'batch' | 'group' | 'layer', groups: number): Layer[] {
  switch (kind) {
    case 'none': return [];
    case 'batch': return [batchNorm()];
    case 'group': return [groupNorm({ groups })];
    case 'layer': return [layerNorm()];
  }
}
