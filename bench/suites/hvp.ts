import { comparison } from './comparison';
import { networks } from './step';

/** Hessian-vector products from scratch, as at weights that change: nothing is kept between two. */
export const hvp = comparison(
  'hvp',
  [
    { name: 'mlp', title: 'Hessian-vector product, MLP 784-512-512-10, batch 128', network: networks.mlp, examples: 128, work: { kind: 'hvp' }, peers: ['pytorch'], wanted: { pytorch: 5 } },
    { name: 'cnn', title: 'Hessian-vector product, CNN 1-16-32 on 28x28, batch 64', network: networks.cnn, examples: 64, work: { kind: 'hvp' }, peers: ['pytorch'] },
  ],
  { unit: 'ms a product', scale: 1, rounds: 11, turn: 250, figure: 'median' },
);
