import type { NetworkSpec } from '../frame/case';
import { cnn } from './cnn';
import { mlp } from './mlp';
import type { Network } from './network';
import { resnet } from './resnet';
import { transformer } from './transformer';

export { crossEntropies, crossEntropy, type Network, type Tensors } from './network';

export function networkOf(spec: NetworkSpec): Network {
  switch (spec.kind) {
    case 'mlp':
      return mlp(spec.widths);
    case 'cnn':
      return cnn();
    case 'resnet':
      return resnet(spec.blocksPerStage, spec.evaluation === true);
    case 'transformer':
      return transformer(spec);
  }
}
