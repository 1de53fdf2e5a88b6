import { add, concat, matmul, mul, relu, reshape, sigmoid, slice, split, stack, sub, tanh, transpose, zeros } from '#core/graph';
import type { Tensor } from '#core/graph';
import type { Initializer } from '../initializer';
import type { Layer, ParameterSpec, Tensors } from '../module';
import { sequenceShape } from './attention';
import { dropped } from './dropout';

/** A recurrent cell: its gates in PyTorch's order, and one step of it. */
interface Cell {
  gates: number;
  /** Whether a cell state is carried beside the hidden one. */
  memory: boolean;
  /** @param input `W_ih x + b_ih`, @param recurrent `W_hh h + b_hh`, both `[batch, gates * units]` */
  step(input: Tensor, recurrent: Tensor, state: State): State;
}

interface State {
  hidden: Tensor;
  memory?: Tensor;
}

export type CellKind = 'lstm' | 'gru' | 'tanh' | 'relu';

const plain = (nonlinearity: (x: Tensor) => Tensor): Cell => ({
  gates: 1,
  memory: false,
  step: (input, recurrent) => ({ hidden: nonlinearity(add(input, recurrent)) }),
});

const cells: Record<CellKind, Cell> = {
  /** `h = tanh(W_ih x + b_ih + W_hh h + b_hh)` (Elman 1990). */
  tanh: plain(tanh),
  relu: plain(relu),
  /** Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000; gates i, f, g, o. */
  lstm: {
    gates: 4,
    memory: true,
    step(input, recurrent, { memory }) {
      const [i, f, g, o] = split(add(input, recurrent), 4, 1) as [Tensor, Tensor, Tensor, Tensor];
      const next = add(mul(sigmoid(f), memory!), mul(sigmoid(i), tanh(g)));
      return { hidden: mul(sigmoid(o), tanh(next)), memory: next };
    },
  },
  /** Cho et al. 2014, in PyTorch's form: the reset gate acts on `W_hn h + b_hn`; gates r, z, n. */
  gru: {
    gates: 3,
    memory: false,
    step(input, recurrent, { hidden }) {
      const [ri, zi, ni] = split(input, 3, 1) as [Tensor, Tensor, Tensor];
      const [rh, zh, nh] = split(recurrent, 3, 1) as [Tensor, Tensor, Tensor];
      const z = sigmoid(add(zi, zh));
      const n = tanh(add(ni, mul(sigmoid(add(ri, rh)), nh)));
      return { hidden: add(mul(sub(1, z), n), mul(z, hidden)) };
    },
  },
};

/** One direction of one layer: `[batch, steps, in] -> [batch, steps, units]`; `end` names its parameters (`l0`, `l0_reverse`). */
function unrolled(cell: Cell, values: Tensors, end: string, x: Tensor, units: number, backwards: boolean): Tensor {
  const [batch, steps] = x.shape as [number, number, number];
  // The inputs of all steps in one product; only the recurrent one has to wait for the step before.
  const inputs = add(matmul(x, transpose(values[`weight_ih_${end}`]!)), values[`bias_ih_${end}`]!);
  const recurrentWeight = transpose(values[`weight_hh_${end}`]!);
  // One row, which spreads over the batch.
  const first = zeros([1, units], x.dtype);
  let state: State = cell.memory ? { hidden: first, memory: first } : { hidden: first };
  const outputs: Tensor[] = [];
  for (let place = 0; place < steps; place++) {
    const t = backwards ? steps - 1 - place : place;
    const input = reshape(slice(inputs, [0, t], [batch, t + 1]), [batch, cell.gates * units]);
    state = cell.step(input, add(matmul(state.hidden, recurrentWeight), values[`bias_hh_${end}`]!), state);
    outputs[t] = state.hidden;
  }
  return stack(outputs, 1);
}

/**
 * Recurrent layers over a sequence: `[batch, steps, in] -> [batch, steps, units]` (twice as wide in two directions). The state
 * starts at zero. Names, layout and gate order as in `torch.nn.LSTM`, `GRU` and `RNN`: `weight_ih_l0 [gates units, in]`,
 * `weight_hh_l0 [gates units, units]`, `bias_ih_l0`, `bias_hh_l0`, `weight_ih_l0_reverse`.
 *
 * @param options.dropout rate at which the outputs of every layer but the last are dropped in training
 * @param options.initializer of all weights and biases; PyTorch draws uniformly up to `1 / sqrt(units)`
 */
export function recurrent(options: {
  cell: CellKind;
  units: number;
  layers: number;
  bidirectional?: boolean;
  dropout?: number;
  initializer: Initializer;
}): Layer {
  const { units, layers, bidirectional = false, dropout = 0, initializer } = options;
  const cell = cells[options.cell];
  const directions = bidirectional ? 2 : 1;
  return (inputShape) => {
    const { steps, width } = sequenceShape('recurrent layer', inputShape);
    const rows = cell.gates * units;
    const parameters: Record<string, ParameterSpec> = {};
    const ends = Array.from({ length: layers }, (_, layer) => [`l${layer}`, `l${layer}_reverse`].slice(0, directions));
    ends.forEach((pair, layer) => pair.forEach((end) => {
      const inputs = layer === 0 ? width : directions * units;
      // PyTorch's uniform draws depend on the units alone.
      const fan = { fanIn: units, fanOut: units };
      parameters[`weight_ih_${end}`] = { shape: [rows, inputs], kind: 'weight', ...fan, initial: initializer };
      parameters[`weight_hh_${end}`] = { shape: [rows, units], kind: 'weight', ...fan, initial: initializer };
      parameters[`bias_ih_${end}`] = { shape: [rows], kind: 'bias', ...fan, initial: initializer };
      parameters[`bias_hh_${end}`] = { shape: [rows], kind: 'bias', ...fan, initial: initializer };
    }));
    return {
      title: `${bidirectional ? 'Bidirectional ' : ''}${options.cell.toUpperCase()} ${layers} x ${units}`,
      inputShape,
      outputShape: [steps, directions * units],
      parameters,
      buffers: {},
      apply(values, buffers, x, mode) {
        const output = ends.reduce((value, pair, layer) => {
          const input = layer > 0 && dropout > 0 && mode.train ? dropped(value, dropout, mode, `dropout.${layer}`) : value;
          return concat(pair.map((end, direction) => unrolled(cell, values, end, input, units, direction === 1)), 2);
        }, x);
        return { output, buffers };
      },
    };
  };
}

/** The last state of each direction: the last step going forward, the first going back. `[batch, steps, w] -> [batch, w]`. */
export function finalState(directions: 1 | 2): Layer {
  return (inputShape) => {
    const { steps, width } = sequenceShape('final state', inputShape);
    const units = width / directions;
    return {
      title: 'Last state',
      inputShape,
      outputShape: [width],
      parameters: {},
      buffers: {},
      apply(_values, buffers, x) {
        const batch = x.shape[0]!;
        const forward = reshape(slice(x, [0, steps - 1, 0], [batch, steps, units]), [batch, units]);
        if (directions === 1) return { output: forward, buffers };
        return { output: concat([forward, reshape(slice(x, [0, 0, units], [batch, 1, width]), [batch, units])], 1), buffers };
      },
    };
  };
}
