import { add, constant, div, mul, sqrt, square, sum } from '#core/graph';
import type { Tensor } from '#core/graph';
import type { Optimizer, ParameterSpecs } from '#core/train';
import { z } from 'zod';
import { baseOptimizers } from './base';

/** The radius, with the default that suits the method. */
export const radius = (value: number, help: string) =>
  z.number().nonnegative().max(100).default(value).describe(help).meta({ label: 'Radius rho', scale: 'log' });

export const base = baseOptimizers.schema.prefault({ use: 'sgd' })
  .describe('The optimizer that takes the step, with the gradient found there; its weight decay acts on the weights themselves.').meta({ label: 'Base optimizer' });

/**
 * An optimizer whose gradient is taken at `w + rho T^2 g / |T g|`, the worst place of the loss in the ellipsoid `|T^-1 e| <= rho` to first
 * order; `T` is a diagonal that follows from the weights (absent: 1).
 */
export function sharpnessAware(optimizer: Optimizer, rho: number, scaling?: (name: string, parameter: Tensor, specs: ParameterSpecs) => Tensor | undefined): Optimizer {
  const { stableCurvature: _, ...rest } = optimizer;
  return {
    ...rest,
    lookout({ specs, parameters, gradients }) {
      const names = Object.keys(parameters);
      const scales = Object.fromEntries(names.map((name) => [name, scaling?.(name, parameters[name]!, specs)]));
      const scaled = (name: string, gradient: Tensor): Tensor => (scales[name] === undefined ? gradient : mul(scales[name], gradient));
      const length = sqrt(names.map((name) => sum(square(scaled(name, gradients[name]!)))).reduce((total, part) => add(total, part), constant(0)));
      const factor = div(rho, add(length, 1e-12));
      return Object.fromEntries(names.map((name) => [name, add(parameters[name]!, mul(scaled(name, scaled(name, gradients[name]!)), factor))]));
    },
  };
}
