import { UserError } from '#core/graph';
import { embedding, linear } from '#core/nn';
import type { BuildContext, Initializer, Module } from '#core/nn';

/**
 * What makes vectors of a sequence's steps: `embedding` for tokens (`nn.Embedding`), a dense layer of each step's numbers for
 * time series. From the example's shape to `[steps, width]`.
 */
export function sequenceInput(context: BuildContext, width: number, initializer: Initializer): Module {
  if (context.input !== 'text') return linear({ units: width, initializer })(context.exampleShape);
  return embedding({ vocabulary: vocabularyOf(context), width, initializer })(context.exampleShape);
}

/** How many tokens the text has. */
export function vocabularyOf({ vocabulary }: BuildContext): number {
  if (vocabulary === undefined) throw new UserError('nn.vocabulary', 'the data are text without a vocabulary', { hint: 'Prepare the text anew.' });
  return vocabulary;
}
