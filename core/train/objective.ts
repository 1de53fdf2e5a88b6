import { UserError } from '#core/graph';
import type { Tensor } from '#core/graph';
import type { Module } from '#core/nn';
import type { Loss } from './contracts';

/** Numbers that are kept of each example for the metrics. */
export const keptWidth = (loss: Loss): number => loss.kept?.width ?? loss.outputs;

/**
 * The loss of every example of a batch (`[batch]`), and what is kept of it for the metrics (`[batch, keptWidth]`).
 *
 * @throws UserError `loss.auxiliary` where the network gives more than its output and the loss leaves it out, or the other way round
 */
export function judgeBatch(loss: Loss, { output, auxiliary = {} }: ReturnType<Module['apply']>, target: Tensor): { losses: Tensor; kept: Tensor } {
  const { auxiliary: wanted = [], kept } = loss;
  const unused = Object.keys(auxiliary).find((name) => !wanted.includes(name));
  if (unused !== undefined) {
    throw new UserError('loss.auxiliary', `the network has a term of the loss of its own (${unused}) that this loss leaves out`, {
      hint: 'Choose a loss that takes it: "elbo" for a variational autoencoder.',
    });
  }
  const absent = wanted.find((name) => auxiliary[name] === undefined);
  if (absent !== undefined) {
    throw new UserError('loss.auxiliary', `this loss needs a network that gives it "${absent}"`, { hint: 'The loss "elbo" goes with the model "vae".' });
  }
  return { losses: loss.perExample(output, target, auxiliary), kept: kept === undefined ? output : kept.of(output, target) };
}
