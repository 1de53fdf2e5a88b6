import { add } from '#core/graph';
import type { Tensor } from '#core/graph';
import type { Activation } from '../activation';
import { compose } from '../compose';
import type { Initializer } from '../initializer';
import type { Layer, Module } from '../module';
import { selfAttention } from './attention';
import { dropout as dropoutLayer } from './dropout';
import { layerNorm } from './layer-norm';
import { linear } from './linear';

export interface TransformerOptions {
  heads: number;
  /** Units of the hidden layer between the two dense ones. */
  hidden: number;
  activation: Activation;
  dropout: number;
  /** `pre`: norm before each branch (Xiong et al. 2020; GPT-2, ViT); `post`: after each sum (Vaswani et al. 2017). */
  order: 'pre' | 'post';
  causal?: boolean;
  initializer: Initializer;
  /** First weights of the two projections that end in the residual sum, where they differ. */
  residualInitializer?: Initializer;
}

/**
 * One layer of a Transformer: self-attention and two dense layers, each with dropout and a residual sum.
 * Names as in `torch.nn.TransformerEncoderLayer`: `self_attn.in_proj_weight`, `linear1`, `linear2`, `norm1`, `norm2`.
 */
export function transformerLayer(options: TransformerOptions): Layer {
  const { heads, hidden, activation, dropout, order, causal = false, initializer, residualInitializer = initializer } = options;
  return (inputShape) => {
    const width = inputShape.at(-1)!;
    const norm = layerNorm({ over: 'step' });
    const attention = selfAttention({ heads, causal, dropout, initializer, outputInitializer: residualInitializer })(inputShape);
    const linear1 = linear({ units: hidden, initializer })(inputShape);
    const children: Record<string, Module> = {
      self_attn: attention,
      linear1,
      linear2: linear({ units: width, initializer: residualInitializer })(linear1.outputShape),
      norm1: norm(inputShape),
      norm2: norm(inputShape),
      dropout: dropoutLayer(dropout)(linear1.outputShape),
      dropout1: dropoutLayer(dropout)(inputShape),
      dropout2: dropoutLayer(dropout)(inputShape),
    };
    return compose({
      title: `Transformer layer ${width}, ${heads} heads`,
      inputShape,
      outputShape: inputShape,
      children,
      forward(call, x) {
        const attend = (value: Tensor): Tensor => call('self_attn', value);
        if (order === 'pre') {
          const mixed = add(x, call('dropout1', attend(call('norm1', x))));
          return add(mixed, call('dropout2', call('linear2', call('dropout', activation(call('linear1', call('norm2', mixed)))))));
        }
        const mixed = call('norm1', add(x, call('dropout1', attend(x))));
        return call('norm2', add(mixed, call('dropout2', call('linear2', call('dropout', activation(call('linear1', mixed)))))));
      },
    });
  };
}

/**
 * A stack of Transformer layers. Names as in `torch.nn.TransformerEncoder`: `layers.0.self_attn.in_proj_weight`, and `norm`, which
 * follows the stack where the layers normalize first.
 */
export function transformerEncoder({ layers, ...options }: TransformerOptions & { layers: number }): Layer {
  return (inputShape) => {
    const children: Record<string, Module> = {};
    for (let place = 0; place < layers; place++) children[`layers.${place}`] = transformerLayer(options)(inputShape);
    const normalized = options.order === 'pre';
    if (normalized) children['norm'] = layerNorm({ over: 'step' })(inputShape);
    return compose({
      title: `${layers} Transformer layers`,
      inputShape,
      outputShape: inputShape,
      children,
      forward: (call, x) => Object.keys(children).reduce((value, child) => call(child, value), x),
    });
  };
}
