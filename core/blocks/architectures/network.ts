import { compose, sequential } from '#core/nn';
import type { Layer, Module, Shape } from '#core/nn';

/** A network that is one row of layers, called `layers`: parameters are `layers.0.weight` and so on. */
export function layered(title: string, inputShape: Shape, layers: readonly Layer[]): Module {
  const row = sequential(layers)(inputShape);
  return compose({
    title,
    inputShape,
    outputShape: row.outputShape,
    children: { layers: row },
    forward: (call, x) => call('layers', x),
  });
}
