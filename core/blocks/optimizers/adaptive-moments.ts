import { add, constant, div, expm1, mul, neg, sqrt, square, sub } from '#core/graph';
import type { Tensor } from '#core/graph';
import type { Optimizer } from '#core/train';
import { z } from 'zod';
import { decays } from './fields';
import { zerosLike } from './state';
import type { Updated } from './state';

/** The parameters that Adam and AdamW share. */
export const momentFields = {
  beta1: z.number().min(0).max(0.9999).default(0.9)
    .describe('Memory of the mean gradient.').meta({ label: 'Beta 1', advanced: true }),
  beta2: z.number().min(0).max(0.999999).default(0.999)
    .describe('Memory of the mean squared gradient.').meta({ label: 'Beta 2', advanced: true }),
  epsilon: z.number().positive().max(1).default(1e-8)
    .describe('Keeps the division finite.').meta({ label: 'Epsilon', scale: 'log', advanced: true }),
};

/** `1 - beta^step`, without cancellation for beta near 1. */
const biasCorrection = (beta: number, step: Tensor): Tensor => (beta === 0 ? constant(1) : neg(expm1(mul(step, Math.log(beta)))));

/**
 * Adam's update (Kingma and Ba 2015, algorithm 1), with the decay either in the gradient (Adam) or beside it (AdamW,
 * Loshchilov and Hutter 2019, algorithm 2):
 * `m = b1 m + (1 - b1) g`, `v = b2 v + (1 - b2) g^2`, `w = w - rate / (1 - b1^t) m / (sqrt(v / (1 - b2^t)) + eps)`.
 * The correction of `v` is moved into scalars, as in section 2 of the paper: with `c = sqrt(1 - b2^t)` the step is
 * `rate c / (1 - b1^t) m / (sqrt(v) + c eps)`, one pass over the weights less.
 */
export function adaptiveMoments(options: {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  weightDecayOn: 'all' | 'weights';
  decoupled: boolean;
}): Optimizer {
  const { learningRate, beta1, beta2, epsilon, weightDecay, weightDecayOn, decoupled } = options;
  return {
    learningRate,
    initialState: (specs) => zerosLike(specs, ['exp_avg', 'exp_avg_sq']),
    update({ specs, parameters, gradients, state, scalars }) {
      const next: Updated = { parameters: {}, state: {} };
      const root = sqrt(biasCorrection(beta2, scalars.step));
      const rate = div(mul(scalars.learningRate, root), biasCorrection(beta1, scalars.step));
      const floor = mul(root, epsilon);
      for (const [name, value] of Object.entries(parameters)) {
        const decaying = weightDecay > 0 && decays(weightDecayOn, specs[name]);
        const raw = gradients[name]!;
        const gradient = decaying && !decoupled ? add(raw, mul(value, weightDecay)) : raw;
        const mean = add(mul(state[`exp_avg.${name}`]!, beta1), mul(gradient, 1 - beta1));
        const meanSquare = add(mul(state[`exp_avg_sq.${name}`]!, beta2), mul(square(gradient), 1 - beta2));
        next.state[`exp_avg.${name}`] = mean;
        next.state[`exp_avg_sq.${name}`] = meanSquare;
        const decayed = decaying && decoupled ? mul(value, sub(1, mul(scalars.learningRate, weightDecay))) : value;
        next.parameters[name] = sub(decayed, mul(div(mean, add(sqrt(meanSquare), floor)), rate));
      }
      return next;
    },
  };
}
