import { Philox, add, constant, logSoftmax, mean, mul, neg, oneHot, reshape, spec, square, streamKey, sub, sum, trace, valueAndGrad } from '#core/graph';
import type { Tensor, TypedArray } from '#core/graph';
import { initialize } from '#core/nn';
import type { Module, Weights } from '#core/nn';
import { compile } from '#core/runtime';
import type { DeviceId } from '#core/runtime';

/** What a case trains on: inputs, and classes (int32) or numbers. */
export interface Examples {
  x: Float32Array;
  y: Int32Array | Float32Array;
  count: number;
}

export interface Trained {
  /** The outputs and the loss of the first weights. */
  output: Float32Array;
  loss: number;
  gradients: Record<string, Float32Array>;
  /** Parameters and buffers after three steps. */
  weights: Weights;
}

export const learningRate = 0.05;

/** First weights of a network with everything that starts at 0 or 1 moved a little, so that no mistake hides behind it. */
export function unsettled(module: Module, seed = 3): Weights {
  const weights = initialize(module, seed);
  for (const [name, values] of Object.entries(weights.parameters)) {
    const noise = new Philox(seed, `unsettle.${name}`).normals(values.length);
    values.forEach((value, i) => (values[i] = value + 0.1 * noise[i]!));
  }
  return weights;
}

/** Mean cross-entropy over every position for classes, mean squared error for numbers. */
function lossOf(output: Tensor, y: Tensor): Tensor {
  if (y.dtype === 'float32') return mean(square(sub(output, reshape(y, output.shape))));
  const classes = output.shape.at(-1)!;
  const logits = reshape(output, [-1, classes]);
  return neg(mean(sum(mul(logSoftmax(logits, -1), oneHot(reshape(y, [-1]), classes)), [-1])));
}

/** Outputs, loss, gradients, and what three steps of gradient descent make of the weights, in training mode. */
export async function threeSteps(module: Module, first: Weights, { x, y, count }: Examples, device: DeviceId = 'cpu'): Promise<Trained> {
  const specs = (record: Readonly<Record<string, { shape: readonly number[] }>>) =>
    Object.fromEntries(Object.entries(record).map(([name, { shape }]) => [name, spec(shape)]));
  interface Arguments { parameters: Record<string, Tensor>; buffers: Record<string, Tensor>; x: Tensor; y: Tensor }
  const graph = trace((args: Arguments) => {
    const random = (name: string): Tensor => constant(streamKey(3, name), [2]);
    const [[loss, aux], gradients] = valueAndGrad((parameters: Record<string, Tensor>) => {
      const result = module.apply(parameters, args.buffers, args.x, { train: true, random });
      // Divergences and the like count with a tenth.
      const terms = Object.values(result.auxiliary ?? {}).map((term) => mul(mean(term), 0.1));
      return [terms.reduce((total, term) => add(total, term), lossOf(result.output, args.y)), { output: result.output, buffers: { ...result.buffers } }] as const;
    }, { hasAux: true })(args.parameters);
    const parameters = Object.fromEntries(Object.entries(args.parameters).map(([name, value]) => [name, add(value, mul(gradients[name]!, -learningRate))]));
    return { loss, output: aux.output, buffers: aux.buffers, gradients, parameters };
  }, {
    parameters: specs(module.parameters), buffers: specs(module.buffers), x: spec([count, ...module.inputShape]),
    y: spec([count, ...(y.length === count ? [] : [y.length / count])], y instanceof Int32Array ? 'int32' : 'float32'),
  });
  const program = await compile(graph, { device, threads: 1 });
  const read = async (results: Awaited<ReturnType<typeof program.run>>, group: string): Promise<Record<string, Float32Array>> => {
    const entries = Object.entries(results).filter(([name]) => name.startsWith(`${group}.`));
    return Object.fromEntries(await Promise.all(entries.map(async ([name, array]) => [name.slice(group.length + 1), Float32Array.from(await array.read() as Float32Array)] as const)));
  };
  const under = (group: string, values: Readonly<Record<string, TypedArray>>) =>
    Object.fromEntries(Object.entries(values).map(([name, data]) => [`${group}.${name}`, data]));
  let weights = first;
  let begun: Omit<Trained, 'weights'> | undefined;
  for (let step = 0; step < 3; step++) {
    const results = await program.run({ ...under('parameters', weights.parameters), ...under('buffers', weights.buffers), x, y });
    begun ??= {
      output: Float32Array.from(await results['output']!.read() as Float32Array),
      loss: Number((await results['loss']!.read())[0]),
      gradients: await read(results, 'gradients'),
    };
    weights = { parameters: await read(results, 'parameters'), buffers: await read(results, 'buffers') };
  }
  await program.dispose();
  return { ...begun!, weights };
}
