import type { Tensor } from '#core/graph';
import type { Mode, Module, Weights } from '#core/nn';
import { evaluate, floats, type Value } from '../evaluate';

/** What a network makes of `x` in float64, outside training if nothing else is said. */
export async function outputOf(module: Module, x: Value, { parameters, buffers }: Weights, mode: Mode = { train: false }): Promise<Float64Array> {
  const values: Record<string, Value> = { x };
  for (const [name, { shape }] of Object.entries(module.parameters)) values[`p ${name}`] = floats(shape, parameters[name]!);
  for (const [name, { shape }] of Object.entries(module.buffers)) values[`b ${name}`] = floats(shape, buffers[name]!);
  const { output } = await evaluate((args) => {
    const under = (prefix: string): Record<string, Tensor> =>
      Object.fromEntries(Object.entries(args).filter(([name]) => name.startsWith(prefix)).map(([name, tensor]) => [name.slice(2), tensor]));
    return { output: module.apply(under('p '), under('b '), args['x']!, mode).output };
  }, values);
  return output!;
}
