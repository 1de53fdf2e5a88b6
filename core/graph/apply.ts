import { type DType, isFloat } from './dtype';
import { intern } from './intern';
import { opDefinition } from './op';
import { UserError } from './error';
import { checkShape } from './shape';
import { simplified } from './simplify/rule';
import type { Attributes, Tensor } from './tensor';

/** What an op accepts where it takes a tensor: a number stands for a scalar constant of the other operand's type. */
export type Operand = Tensor | number;

/**
 * Applies the primitive op `name`: checks shapes, folds scalar constants, simplifies, and finds or makes the node.
 * Op families refer to each other through this table of names, so that none has to import another.
 */
export function apply(name: string, inputs: readonly Tensor[], attributes: Attributes = {}): Tensor {
  const op = opDefinition(name);
  const { shape, dtype } = op.infer(inputs, attributes);
  checkShape(name, shape);
  if (op.fold !== undefined && shape.length === 0) {
    const values = inputs.map(scalarValue);
    if (values.every((value) => value !== undefined)) return scalar(op.fold(...values), dtype);
  }
  const simpler = simplifying ? (op.simplify?.(inputs, attributes) ?? simplified(name, inputs, attributes, shape)) : undefined;
  return simpler ?? intern(name, inputs, attributes, shape, dtype);
}

let simplifying = true;

/**
 * What `build` gives with every op left standing, `x * 1` too: graphs that differ in numbers only then keep one form, even where
 * a number is one that simplifies. Applied anew (by `vmap`, by a gradient), the ops simplify as ever.
 */
export function withoutSimplifying<T>(build: () => T): T {
  const before = simplifying;
  simplifying = false;
  try {
    return build();
  } finally {
    simplifying = before;
  }
}

/** The scalar constant `value`. Floats keep float64 precision until an executor rounds them. */
export function scalar(value: number, dtype: DType = 'float32'): Tensor {
  if (isFloat(dtype)) return intern('scalar', [], { value }, [], dtype);
  if (!Number.isFinite(value)) throw new UserError('graph.constant', `constant: ${value} cannot be an ${dtype}`);
  return intern('scalar', [], { value: dtype === 'bool' ? Number(value !== 0) : Math.trunc(value) }, [], dtype);
}

/** The number behind a scalar constant, or behind a scalar constant that was spread over a shape. */
export function scalarValue(x: Tensor): number | undefined {
  if (x.op === 'scalar') return x.attributes['value'] as number;
  if (x.op === 'broadcastTo') return scalarValue(x.inputs[0]!);
  return undefined;
}
