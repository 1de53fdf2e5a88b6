import { compose, defineBlock, flatten, linear } from '#core/nn';
import type { BuildContext, Initializer, Module } from '#core/nn';
import { z } from 'zod';

/** Convex problems have one minimum: zeros are as good a start as any, and the same for every seed. */
const zeros: Initializer = ({ shape }) => new Float32Array(shape.reduce((a, b) => a * b, 1));

const parameters = z.object({
  bias: z.boolean().default(true).describe('Learn an offset for each output.').meta({ label: 'Bias', advanced: true }),
});

/** `linear.weight`, `linear.bias`: one dense layer on the flattened input. */
function oneLayer(title: string, bias: boolean, { exampleShape, outputs }: BuildContext): Module {
  const flat = flatten(exampleShape);
  const row = linear({ units: outputs, bias, initializer: zeros })(flat.outputShape);
  return compose({
    title: `${title} ${flat.outputShape[0]} -> ${outputs}`,
    inputShape: exampleShape,
    outputShape: row.outputShape,
    children: { flat, linear: row },
    forward: (call, x) => call('linear', call('flat', x)),
  });
}

/**
 * Logistic regression for two classes, softmax regression for more: the logits are `W x + b`. With the cross-entropy a convex
 * problem. First weights 0.
 */
export const logisticRegression = defineBlock({
  slot: 'architectures',
  use: 'logistic-regression',
  title: 'Logistic regression',
  help: 'One linear layer to the classes (softmax regression for more than two): the baseline every network should beat.',
  paper: { title: 'The Regression Analysis of Binary Sequences', authors: 'Cox', year: 1958, id: '10.1111/j.2517-6161.1958.tb00292.x' },
  tasks: ['classification'],
  parameters,
  build: ({ bias }, context) => oneLayer('Logistic regression', bias, context),
});

/** Linear regression: `W x + b`; least squares with the mean squared error. First weights 0. */
export const linearRegression = defineBlock({
  slot: 'architectures',
  use: 'linear-regression',
  title: 'Linear regression',
  help: 'A straight line (or plane) through the data: the baseline every network should beat.',
  paper: { title: 'Theoria motus corporum coelestium', authors: 'Gauss', year: 1809 },
  tasks: ['regression'],
  parameters,
  build: ({ bias }, context) => oneLayer('Linear regression', bias, context),
});
