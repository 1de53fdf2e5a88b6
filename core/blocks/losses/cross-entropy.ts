import { UserError, add, constant, gather, logSoftmax, maximum, mean, mul, neg, oneHot, sum } from '#core/graph';
import { defineBlock } from '#core/nn';
import type { BuildContext } from '#core/nn';
import type { Loss } from '#core/train';
import { z } from 'zod';
import { keptFor, meanOverTokens } from './kept';

/**
 * One weight a class, scaled so that the mean over the training examples is 1. `balanced`: `n / (classes * count)`, each class
 * weighs the same in total.
 */
function classWeights(choice: 'none' | 'balanced' | number[], { classes = 0, classCounts }: BuildContext): number[] | undefined {
  if (choice === 'none') return undefined;
  const counts = classCounts ?? new Array<number>(classes).fill(1);
  if (choice === 'balanced') {
    const n = counts.reduce((a, b) => a + b, 0);
    const present = counts.filter((count) => count > 0).length;
    return counts.map((count) => (count > 0 ? n / (present * count) : 0));
  }
  if (choice.length !== classes) {
    throw new UserError('loss.class-weights', `cross-entropy: ${choice.length} class weights for ${classes} classes`, {
      hint: 'Give one weight a class, in the order of the classes, or "balanced".',
    });
  }
  const total = counts.reduce((a, b) => a + b, 0);
  const mass = counts.reduce((sumOfWeights, count, k) => sumOfWeights + count * choice[k]!, 0);
  return choice.map((weight) => (weight * total) / mass);
}

/**
 * `w[y] * -sum_k q_k log p_k`, with `p = softmax(output)` and `q = (1 - s) onehot(y) + s / K` for the label smoothing `s`
 * (Szegedy et al. 2016, section 7). Language modelling: the mean over the tokens that are asked for.
 */
export const crossEntropy = defineBlock({
  slot: 'losses',
  use: 'cross-entropy',
  title: 'Cross-entropy',
  help: 'Minus the log-probability of the true class (or the next token). The usual choice for classification and language models.',
  paper: {
    title: 'Rethinking the Inception Architecture for Computer Vision (label smoothing)',
    authors: 'Szegedy, Vanhoucke, Ioffe, Shlens, Wojna',
    year: 2016,
    id: 'arXiv:1512.00567',
  },
  tasks: ['classification', 'language-model'],
  proposedFor: ['classification', 'language-model'],
  parameters: z.object({
    labelSmoothing: z.number().min(0).max(0.99).default(0)
      .describe('Share of the target spread evenly over all classes; 0.1 keeps the network from overconfidence.')
      .meta({ label: 'Label smoothing' }),
    classWeights: z.union([z.enum(['none', 'balanced']), z.array(z.number().nonnegative()).min(2)]).default('none')
      .describe('Balanced: rare classes count as much as frequent ones. Or one weight a class; their mean over the examples is brought to 1.')
      .meta({ label: 'Class weights' }),
  }),
  build({ labelSmoothing, classWeights: choice }, context): Loss {
    const classes = context.classes ?? 0;
    const weights = classWeights(choice, context);
    return {
      outputs: classes,
      link: 'softmax',
      perExample(output, target) {
        const logs = logSoftmax(output, -1);
        const own = neg(sum(mul(logs, oneHot(target, classes)), [-1]));
        const loss = labelSmoothing === 0 ? own : add(mul(own, 1 - labelSmoothing), mul(mean(logs, [-1]), -labelSmoothing));
        const weighted = weights === undefined ? loss : mul(loss, gather(constant(weights, [classes]), maximum(target, 0), 0));
        return context.task === 'language-model' ? meanOverTokens(weighted, target) : weighted;
      },
      ...keptFor({ ...context, outputs: classes }, 'softmax'),
    };
  },
});
