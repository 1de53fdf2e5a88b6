import { UserError } from '#core/graph';
import type { Direction } from './directions';
import type { Checkpoint } from './principal';

type Weights = Readonly<Record<string, Float32Array>>;

/** Rows of a matrix in weight space: checkpoints minus `centre`, too many to be held at once. */
export interface DifferenceRows {
  readonly centre: Weights;
  readonly checkpoints: readonly Checkpoint[];
  /** What messages call a row. */
  readonly nameOf: (row: number) => string;
}

/** Bytes of checkpoints that are held at a time. */
const HELD_BYTES = 2 ** 28;

/**
 * Inner products `[n, n]` of all pairs of rows, in float64. Checkpoints are read group by group: as many as `memory` bytes hold stay while all before them pass by
 * one at a time. How they are grouped does not change a bit of the result.
 *
 * @throws UserError naming a checkpoint that is of another network
 */
export function gramMatrix({ centre, checkpoints, nameOf }: DifferenceRows, memory = HELD_BYTES): Float64Array {
  const n = checkpoints.length;
  const names = Object.keys(centre);
  const read = (row: number): Float32Array[] => fitting(checkpoints[row]!.parameters, centre, nameOf(row));
  const bytes = 4 * names.reduce((sum, name) => sum + centre[name]!.length, 0);
  const held = Math.max(1, Math.floor(memory / bytes) - 1);
  const middle = names.map((name) => centre[name]!);
  const gram = new Float64Array(n * n);
  const fill = (i: number, j: number, a: readonly Float32Array[], b: readonly Float32Array[]): void => {
    gram[i * n + j] = gram[j * n + i] = productAround(middle, a, b);
  };
  for (let first = 0; first < n; first += held) {
    const group = Array.from({ length: Math.min(held, n - first) }, (_, k) => read(first + k));
    group.forEach((row, k) => {
      for (let l = 0; l <= k; l++) fill(first + k, first + l, row, group[l]!);
    });
    for (let j = 0; j < first; j++) {
      const before = read(j);
      group.forEach((row, k) => fill(first + k, j, row, before));
    }
  }
  return gram;
}

/** `sum (a - c)(b - c)` over all entries. */
function productAround(centre: readonly Float32Array[], a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let sum = 0;
  centre.forEach((c, tensor) => {
    const [u, v] = [a[tensor]!, b[tensor]!];
    for (let k = 0; k < c.length; k++) sum += (u[k]! - c[k]!) * (v[k]! - c[k]!);
  });
  return sum;
}

/** `sum_i loading[i] row_i` for each loading; rows pass by once, one at a time. */
export function combineRows({ centre, checkpoints, nameOf }: DifferenceRows, loadings: readonly Float64Array[]): Direction[] {
  const names = Object.keys(centre);
  const sums = loadings.map(() => names.map((name) => new Float64Array(centre[name]!.length)));
  checkpoints.forEach((checkpoint, i) => {
    const row = fitting(checkpoint.parameters, centre, nameOf(i));
    names.forEach((name, tensor) => {
      const [c, values] = [centre[name]!, row[tensor]!];
      loadings.forEach((loading, axis) => {
        const [sum, weight] = [sums[axis]![tensor]!, loading[i]!];
        for (let k = 0; k < c.length; k++) sum[k]! += weight * (values[k]! - c[k]!);
      });
    });
  });
  return sums.map((tensors) => Object.fromEntries(names.map((name, tensor) => [name, Float32Array.from(tensors[tensor]!)])));
}

/** The tensors of a checkpoint in the centre's order. */
function fitting(parameters: Weights, centre: Weights, of: string): Float32Array[] {
  return Object.entries(centre).map(([name, { length }]) => {
    const values = parameters[name];
    if (values?.length === length) return values;
    throw new UserError('landscape.trajectory', `the checkpoint of ${of} does not fit the final weights: ${name}`, {
      hint: 'All checkpoints of a trajectory must be of the same network.',
    });
  });
}
