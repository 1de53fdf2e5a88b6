import type { ParameterSpec } from '#core/nn';
import { z } from 'zod';

/** The base learning rate, with the default that suits the method. */
export const learningRate = (value: number) =>
  z.number().positive().max(1000).default(value)
    .describe('Size of a step; the schedule multiplies it.').meta({ label: 'Learning rate', scale: 'log' });

/** Weight decay, with the default that suits the method. */
export const weightDecay = (value: number) =>
  z.number().nonnegative().max(10).default(value)
    .describe('Pull of every parameter towards 0.').meta({ label: 'Weight decay', scale: 'log' });

export const weightDecayOn = z.enum(['all', 'weights']).default('all')
  .describe('Decay every parameter (as PyTorch does), or weights only, sparing biases and normalization.')
  .meta({ label: 'Decay applies to', advanced: true });

/** Whether a parameter decays under the choice. */
export const decays = (on: 'all' | 'weights', spec: ParameterSpec | undefined): boolean => on === 'all' || spec?.kind === 'weight';
