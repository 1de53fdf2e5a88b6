import { compose } from '../compose';
import type { Layer, Module } from '../module';

/**
 * Layers one after another, named by their place as in `torch.nn.Sequential`: `0.weight`, `2.weight`. Each layer is told
 * the shape that the one before leaves.
 */
export function sequential(layers: readonly Layer[]): Layer {
  return (inputShape) => {
    const children: Record<string, Module> = {};
    let shape = inputShape;
    layers.forEach((layer, place) => {
      const module = layer(shape);
      children[place] = module;
      shape = module.outputShape;
    });
    return compose({
      title: Object.values(children).map((module) => module.title).join(', '),
      inputShape,
      outputShape: shape,
      children,
      forward: (call, x) => layers.reduce((value, _layer, place) => call(String(place), value), x),
    });
  };
}
