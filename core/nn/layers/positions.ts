import { add, constant } from '#core/graph';
import type { Initializer } from '../initializer';
import type { Layer, Module } from '../module';
import { sequenceShape } from './attention';

/**
 * The fixed positions of Vaswani et al. 2017 (section 3.5): `sin(t / 10000^(2i / width))` at even places, the cosine at odd ones.
 * `[steps, width]`, row by row.
 */
export function sinusoidalPositions(steps: number, width: number): Float64Array {
  return Float64Array.from({ length: steps * width }, (_, at) => {
    const [step, place] = [Math.floor(at / width), at % width];
    const angle = step / 10_000 ** ((place - (place % 2)) / width);
    return place % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
}

/** Adds to each step what tells its place: fixed waves, or learned vectors (`weight [steps, width]`, as an `nn.Embedding` of places). */
export function positions(kind: 'learned' | 'sinusoidal', initializer: Initializer): Layer {
  return (inputShape): Module => {
    const { steps, width } = sequenceShape('positions', inputShape);
    const shared = { inputShape, outputShape: inputShape, buffers: {} };
    if (kind === 'sinusoidal') {
      const waves = constant(sinusoidalPositions(steps, width), [steps, width], 'float32');
      return { ...shared, title: 'Sinusoidal positions', parameters: {}, apply: (_values, buffers, x) => ({ output: add(x, waves), buffers }) };
    }
    return {
      ...shared,
      title: `Positions ${steps} x ${width}`,
      parameters: { weight: { shape: [steps, width], kind: 'weight', fanIn: steps, fanOut: width, initial: initializer } },
      apply: (values, buffers, x) => ({ output: add(x, values['weight']!), buffers }),
    };
  };
}
