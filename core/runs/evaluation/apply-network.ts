import { spec, specsOf, trace, type Tensor } from '#core/graph';
import { compile, type Program } from '#core/runtime';
import { weightFeeds } from '#core/train';
import type { OpenRun } from './open-run';

/**
 * A run's network as it stands outside training, with `read` applied to its output `[batch, ...]`; `place` (int32, scalar) is for
 * `read` to use. Inputs: the weights, `x` and `place`; output: `output`.
 */
export function compileNetwork({ parts: { model }, compile: options }: OpenRun, batch: number, read: (output: Tensor, place: Tensor) => Tensor): Promise<Program> {
  interface Arguments { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; x: Tensor; place: Tensor }
  const graph = trace(
    ({ parameters, buffers, x, place }: Arguments) => ({ output: read(model.apply(parameters, buffers, x, { train: false }).output, place) }),
    { parameters: specsOf(model.parameters), buffers: specsOf(model.buffers), x: spec([batch, ...model.inputShape]), place: spec([1], 'int32') },
  );
  return compile(graph, options);
}

/** A checkpoint's weights as that program takes them. */
export function networkFeeds({ parts: { model } }: OpenRun, tensors: ReturnType<OpenRun['weights']>['tensors']) {
  const pick = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, tensors[name]!.data]));
  return weightFeeds({ parameters: pick(Object.keys(model.parameters)), buffers: pick(Object.keys(model.buffers)) });
}
