import { add, clip, matmul, mul, relu, reshape, scalarValue, scan, sigmoid, slice, stack, sub, tanh, type Tensor, transpose, zeros } from '#core/graph';
import { knownOf } from '../array';
import { limits } from '../format/limits';
import type { Call, OperatorTable } from '../call';

/** Up to so many steps are written out one after the other; more run as a loop. */
const unrolledSteps = 8;

type Gate = (x: Tensor) => Tensor;

/** One direction of a recurrent layer: its weights, gate by gate along their first axis. */
interface Direction {
  /** `[gates H, in]`, `[gates H, H]`, and the biases of both `[gates H]`. */
  readonly w: Tensor;
  readonly r: Tensor;
  readonly wb: Tensor;
  readonly rb: Tensor;
  readonly peephole: Tensor | undefined;
  readonly gates: readonly Gate[];
}

type State = readonly Tensor[];
/** The next state, given the input's share `[batch, gates H]` of the gates. */
type Cell = (own: Tensor, state: State, direction: Direction, hidden: number, call: Call) => State;

const activations: Readonly<Record<string, Gate>> = {
  sigmoid, tanh, relu, hardsigmoid: (x) => clip(add(mul(x, 0.2), 0.5), 0, 1), affine: (x) => x,
};

/** Part `place` of `count` equal parts of the last axis. */
function part(x: Tensor, place: number, count: number): Tensor {
  const each = x.shape.at(-1)! / count;
  const last = x.rank - 1;
  return slice(x, x.shape.map((_, i) => (i === last ? place * each : 0)), x.shape.map((n, i) => (i === last ? (place + 1) * each : n)));
}

const row = (x: Tensor, place: number): Tensor =>
  reshape(slice(x, x.shape.map((_, i) => (i === 0 ? place : 0)), x.shape.map((n, i) => (i === 0 ? place + 1 : n))), x.shape.slice(1));

const times = (x: Tensor, w: Tensor): Tensor => matmul(x, transpose(w, [1, 0]));

/** Gates i, o, f, c in this order; `c' = f c + i g`, `h' = o act(c')` (Hochreiter and Schmidhuber 1997, with forget gates). */
const lstm: Cell = (own, [h, c], { r, rb, peephole, gates: [gate, cell, out] }) => {
  const all = add(own, add(times(h!, r), rb));
  const [pi, po, pf] = peephole === undefined ? [] : [0, 1, 2].map((i) => part(peephole, i, 3));
  const peek = (x: Tensor, p: Tensor | undefined, state: Tensor): Tensor => (p === undefined ? x : add(x, mul(p, state)));
  const i = gate!(peek(part(all, 0, 4), pi, c!));
  const f = gate!(peek(part(all, 2, 4), pf, c!));
  const next = add(mul(f, c!), mul(i, cell!(part(all, 3, 4))));
  const o = gate!(peek(part(all, 1, 4), po, next));
  return [mul(o, out!(next)), next];
};

/** Gates z, r, h; `h' = (1 - z) hh + z h` (Cho et al. 2014). `linear_before_reset`: the reset gate scales after the product. */
const gru: Cell = (own, [h], { r, rb, gates: [gate, candidate] }, hidden, call) => {
  const rows = (from: number, to: number): Tensor => slice(r, [from * hidden, 0], [to * hidden, hidden]);
  const bias = (from: number, to: number): Tensor => slice(rb, [from * hidden], [to * hidden]);
  const zr = gate!(add(slice(own, [0, 0], [own.shape[0]!, 2 * hidden]), add(times(h!, rows(0, 2)), bias(0, 2))));
  const [z, reset] = [part(zr, 0, 2), part(zr, 1, 2)];
  const other = slice(own, [0, 2 * hidden], [own.shape[0]!, 3 * hidden]);
  const past = call.int('linear_before_reset', 0) === 0
    ? add(times(mul(reset, h!), rows(2, 3)), bias(2, 3))
    : mul(reset, add(times(h!, rows(2, 3)), bias(2, 3)));
  const hh = candidate!(add(other, past));
  return [add(mul(sub(1, z), hh), mul(z, h!))];
};

const elman: Cell = (own, [h], { r, rb, gates: [gate] }) => [gate!(add(own, add(times(h!, r), rb)))];

/** Sequence lengths that say nothing new (every sequence is whole) are passed over. */
function checkLengths(call: Call, steps: number): void {
  if (!call.has(4)) return;
  const known = knownOf(call.value(4));
  const single = known === undefined ? scalarValue(call.tensor(4)) : undefined;
  const whole = known === undefined ? single === steps : known.data.every((n) => n === steps);
  if (!whole) call.unsupported('has sequences of different lengths');
}

function recurrent(cell: Cell, gateCount: number, usual: readonly string[], states: 1 | 2) {
  return (call: Call): (Tensor | undefined)[] => {
    if (call.floats('activation_alpha') !== undefined || call.floats('activation_beta') !== undefined) call.unsupported('activations with parameters');
    if (call.float('clip', 0) !== 0 || call.int('input_forget', 0) !== 0) call.unsupported('clips its gates or couples them');
    const batchFirst = call.int('layout', 0) === 1;
    const x = batchFirst ? transpose(call.tensor(0), [1, 0, 2]) : call.tensor(0);
    const [w, r] = [call.tensor(1), call.tensor(2)];
    if (x.rank !== 3 || w.rank !== 3 || r.rank !== 3) call.invalid(`shapes [${x.shape.join(', ')}], [${w.shape.join(', ')}], [${r.shape.join(', ')}]`);
    const [steps, batch] = x.shape as [number, number, number];
    if (steps < 1 || steps > limits.steps) call.unsupported(`runs over ${steps} steps; Basin goes from 1 to ${limits.steps}`);
    checkLengths(call, steps);
    const hidden = r.shape[2]!;
    const directions = w.shape[0]!;
    const way = call.string('direction', 'forward');
    if (directions !== (way === 'bidirectional' ? 2 : 1) || w.shape[1] !== gateCount * hidden || w.shape[2] !== x.shape[2] || r.shape[1] !== gateCount * hidden) {
      call.invalid(`weights [${w.shape.join(', ')}] and [${r.shape.join(', ')}] for ${way} steps of [${x.shape.join(', ')}]`);
    }
    const names = (call.strings('activations') ?? []).map((name) => name.toLowerCase());
    const named = names.length > 0 ? names : Array.from({ length: directions }, () => usual).flat();
    const bias = call.optional(3);
    const one = (which: number): Direction => {
      const gates = usual.map((_, i) => activations[named[which * usual.length + i] ?? ''] ?? call.unsupported(`the activation ${named[which * usual.length + i]}`));
      const b = bias === undefined ? zeros([2 * gateCount * hidden]) : row(bias, which);
      return { w: row(w, which), r: row(r, which), wb: part(b, 0, 2), rb: part(b, 1, 2), peephole: states === 2 && call.has(7) ? row(call.tensor(7), which) : undefined, gates };
    };
    const initial = (place: number, which: number): Tensor => {
      if (!call.has(place)) return zeros([batch, hidden]);
      const given = call.tensor(place);
      const state = row(batchFirst ? transpose(given, [1, 0, 2]) : given, which);
      return state.shape[0] === batch ? state : add(zeros([batch, hidden]), state);
    };
    const runs = Array.from({ length: directions }, (_, which) => {
      const direction = one(which);
      const backwards = way === 'reverse' || which === 1;
      const shares = add(matmul(x, transpose(direction.w, [1, 0])), direction.wb);
      const first = Array.from({ length: states }, (_, i) => initial(5 + i, which));
      const [state, sequence] = scan((before: State, share: Tensor): [State, Tensor] => {
        const next = cell(share, before, direction, hidden, call);
        return [next, next[0]!];
      }, first as State, shares, { reverse: backwards, unroll: steps <= unrolledSteps });
      return { sequence, state };
    });
    const wanted = (place: number): boolean => (call.node.outputs[place] ?? '') !== '';
    const joined = (each: (run: (typeof runs)[number]) => Tensor, axis: number): Tensor => stack(runs.map(each), axis);
    const sequence = wanted(0) ? joined(({ sequence: y }) => y, 1) : undefined;
    const last = (i: number): Tensor | undefined => {
      if (!wanted(1 + i)) return undefined;
      const final = joined(({ state }) => state[i]!, 0);
      return batchFirst ? transpose(final, [1, 0, 2]) : final;
    };
    return [sequence && batchFirst ? transpose(sequence, [2, 0, 1, 3]) : sequence, last(0), ...(states === 2 ? [last(1)] : [])];
  };
}

export const recurrentOperators: OperatorTable = {
  LSTM: { run: recurrent(lstm, 4, ['sigmoid', 'tanh', 'tanh'], 2) },
  GRU: { run: recurrent(gru, 3, ['sigmoid', 'tanh'], 1) },
  RNN: { run: recurrent(elman, 1, ['tanh'], 1) },
};
