import { apply } from '../apply';
import { defineOp } from '../op';
import { sameShape, ShapeError } from '../shape';
import type { Tensor } from '../tensor';
import { vmapTensors } from '../transforms/vmap-tensors';

defineOp({
  name: 'stopGradient',
  infer: ([x]) => x!,
  batch: ([x]) => apply('stopGradient', [x!.value]),
  simplify: ([x]) => (x!.op === 'stopGradient' || x!.op === 'scalar' ? x : undefined),
  flops: () => 0,
});

/** `x`, through which no gradient flows. */
export const stopGradient = (x: Tensor): Tensor => apply('stopGradient', [x]);

type Backward = (g: Tensor, ...xs: Tensor[]) => readonly (Tensor | undefined)[];

/** The first input's value with a gradient of its own in the others. */
defineOp<{ backward: Backward }>({
  name: 'customGradient',
  infer: ([y]) => y!,
  vjp(node, g, { backward }) {
    const xs = node.inputs.slice(1);
    const gradients = backward(g, ...xs);
    for (const [i, x] of xs.entries()) {
      const gradient = gradients[i];
      if (gradient !== undefined && (!sameShape(gradient.shape, x.shape) || gradient.dtype !== x.dtype)) {
        throw new ShapeError(`customGradient: the gradient of input ${i} is ${gradient}, the input is ${x}`);
      }
    }
    return [undefined, ...gradients];
  },
  batch(inputs, { backward }, size) {
    const values = inputs.map(({ value, batched }) => (batched ? value : apply('broadcastTo', [value], { shape: [size, ...value.shape] })));
    const batchedBackward: Backward = (...gAndXs) => {
      const present: boolean[] = [];
      const results = vmapTensors(
        (tensors) => {
          const [g, ...xs] = tensors as [Tensor, ...Tensor[]];
          const gradients = backward(g, ...xs);
          for (let i = 0; i < xs.length; i++) present.push(gradients[i] !== undefined);
          return gradients.filter((x) => x !== undefined);
        },
        gAndXs.map((value) => ({ value, batched: true })),
        size,
      );
      let next = 0;
      return present.map((here) => (here ? results[next++] : undefined));
    };
    return apply('customGradient', values, { backward: batchedBackward });
  },
  flops: () => 0,
});

/**
 * `forward(...xs)` with the gradient `backward(g, ...xs)` in place of its own. `backward` returns one gradient (or undefined) an
 * input; it is made of ops, so it can be differentiated again. What `forward` reads besides `xs` gets no gradient. Forward
 * derivatives (`jvp`) follow from `backward`, which has to be linear in `g` for them.
 */
export const customGradient =
  (forward: (...xs: Tensor[]) => Tensor, backward: Backward) =>
  (...xs: Tensor[]): Tensor =>
    apply('customGradient', [forward(...xs), ...xs], { backward });

/**
 * The straight-through estimator (Bengio et al. 2013): the value of `f(x)`, of x's shape, with the gradient of the identity. For
 * steps such as `sign` and `round`, whose own gradient is 0.
 */
export const straightThrough = (f: (x: Tensor) => Tensor): ((x: Tensor) => Tensor) => customGradient(f, (g) => [g]);
