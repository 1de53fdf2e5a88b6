import { add, mul, sub } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { Optimizer } from '#core/train';
import { z } from 'zod';
import { decays, learningRate, weightDecay, weightDecayOn } from './fields';
import { zerosLike } from './state';
import type { Updated } from './state';

/**
 * `g = gradient + weightDecay w`, `v = momentum v + g`, `w = w - rate v`; Nesterov: `w = w - rate (g + momentum v)`.
 * The conventions are PyTorch's (dampening 0).
 */
export const sgd = defineBlock({
  slot: 'optimizers',
  use: 'sgd',
  title: 'SGD',
  help: 'Gradient descent with momentum. Generalizes well once its learning rate is tuned.',
  paper: {
    title: 'On the Importance of Initialization and Momentum in Deep Learning',
    authors: 'Sutskever, Martens, Dahl, Hinton',
    year: 2013,
    venue: 'ICML',
  },
  parameters: z.object({
    learningRate: learningRate(0.1),
    momentum: z.number().min(0).max(0.9999).default(0.9)
      .describe('Share of the previous step kept; 0 is plain gradient descent.').meta({ label: 'Momentum' }),
    nesterov: z.boolean().default(false).describe('Look ahead along the momentum before correcting it.').meta({ label: 'Nesterov' }),
    weightDecay: weightDecay(0),
    weightDecayOn,
  }),
  build: ({ learningRate: base, momentum, nesterov, weightDecay: decay, weightDecayOn: on }): Optimizer => ({
    learningRate: base,
    // 2 / rate of gradient descent; heavy ball and Nesterov as in Cohen et al. 2021, appendix B. Decay is curvature too.
    stableCurvature: (rate) => (nesterov ? (2 + 2 * momentum) / (rate * (1 + 2 * momentum)) : (2 * (1 + momentum)) / rate) - (on === 'all' ? decay : 0),
    initialState: (specs) => (momentum === 0 ? {} : zerosLike(specs, ['momentum_buffer'])),
    update({ specs, parameters, gradients, state, scalars }) {
      const next: Updated = { parameters: {}, state: {} };
      for (const [name, value] of Object.entries(parameters)) {
        const raw = gradients[name]!;
        const gradient = decay > 0 && decays(on, specs[name]) ? add(raw, mul(value, decay)) : raw;
        let step = gradient;
        if (momentum > 0) {
          const buffer = `momentum_buffer.${name}`;
          const velocity = add(mul(state[buffer]!, momentum), gradient);
          next.state[buffer] = velocity;
          step = nesterov ? add(gradient, mul(velocity, momentum)) : velocity;
        }
        next.parameters[name] = sub(value, mul(step, scalars.learningRate));
      }
      return next;
    },
  }),
});
