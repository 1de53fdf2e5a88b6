import { add } from '#core/graph';
import type { Tensor } from '#core/graph';
import type { BufferSpec, Mode, Module, ParameterSpec, Shape, Tensors } from './module';

/** Applies the child with this name; its parameters, buffers and random streams are found under the name. */
export type Call = (child: string, x: Tensor) => Tensor;

function prefixed<T>(children: Readonly<Record<string, Module>>, pick: (module: Module) => Readonly<Record<string, T>>) {
  const all: Record<string, T> = {};
  for (const [child, module] of Object.entries(children)) {
    for (const [name, value] of Object.entries(pick(module))) all[`${child}.${name}`] = value;
  }
  return all;
}

function under(tensors: Tensors, child: string): Tensors {
  const prefix = `${child}.`;
  const found: Record<string, Tensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    if (name.startsWith(prefix)) found[name.slice(prefix.length)] = tensor;
  }
  return found;
}

/**
 * A module made of named children: parameter `weight` of child `conv1` becomes `conv1.weight`.
 * `forward` says how the children are chained; it may call each child once.
 *
 * Terms that children add to the loss are summed by name.
 *
 * @param options.own parameters of the module itself, handed to `forward` by their names
 */
export function compose(options: {
  title: string;
  inputShape: Shape;
  outputShape: Shape;
  children: Readonly<Record<string, Module>>;
  own?: Readonly<Record<string, ParameterSpec>>;
  forward: (call: Call, x: Tensor, mode: Mode, own: Tensors) => Tensor | { output: Tensor; auxiliary: Tensors };
}): Module {
  const { title, inputShape, outputShape, children, own = {}, forward } = options;
  return {
    title,
    inputShape,
    outputShape,
    parameters: { ...own, ...prefixed<ParameterSpec>(children, (module) => module.parameters) },
    buffers: prefixed<BufferSpec>(children, (module) => module.buffers),
    apply(parameters, buffers, x, mode) {
      const next: Record<string, Tensor> = { ...buffers };
      const terms: Record<string, Tensor> = {};
      const collect = (auxiliary: Tensors): void => {
        for (const [name, term] of Object.entries(auxiliary)) terms[name] = terms[name] === undefined ? term : add(terms[name], term);
      };
      const call: Call = (child, input) => {
        const module = children[child]!;
        const { random } = mode;
        const childMode = random ? { ...mode, random: (name: string) => random(`${child}.${name}`) } : mode;
        const result = module.apply(under(parameters, child), under(buffers, child), input, childMode);
        for (const [name, tensor] of Object.entries(result.buffers)) next[`${child}.${name}`] = tensor;
        if (result.auxiliary !== undefined) collect(result.auxiliary);
        return result.output;
      };
      const result = forward(call, x, mode, parameters);
      if ('auxiliary' in result) collect(result.auxiliary);
      const output = 'auxiliary' in result ? result.output : result;
      return { output, buffers: next, ...(Object.keys(terms).length > 0 && { auxiliary: terms }) };
    },
  };
}
