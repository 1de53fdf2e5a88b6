import { lanczos } from '../algorithms/lanczos';
import { dot } from '../algebra/vectors';
import type { LinearOperator, Vector } from '../operators/operator';
import type { State } from './problem';

/** A layer's weights as the matrix `[outputs, inputs x kernel]`, row by row. */
export interface LayerMatrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** Squared norms of the layers, and of their differences from initialization where that is known. */
export interface LayerNorms {
  readonly frobenius: readonly number[];
  readonly spectral: readonly number[];
}

/** Every weight that is a matrix or a kernel. Biases and normalization parameters are no layers. */
export function layerMatrices({ parameters }: Pick<State, 'parameters'>): LayerMatrix[] {
  return Object.entries(parameters)
    .filter(([, { kind, shape }]) => kind === 'weight' && shape.length >= 2)
    .map(([name, { shape, data }]) => ({ name, rows: shape[0]!, columns: data.length / shape[0]!, data: Float64Array.from(data) }));
}

export const differenceOf = (a: LayerMatrix, b: LayerMatrix): LayerMatrix => ({ ...a, data: a.data.map((value, i) => value - b.data[i]!) });

export const squaredFrobenius = ({ data }: LayerMatrix): number => dot(data, data);

/** The square of the largest singular value, by Lanczos on the smaller of `W W'` and `W' W`, in float64. */
export async function squaredSpectral({ rows, columns, data }: LayerMatrix, signal?: AbortSignal): Promise<number> {
  const wide = columns > rows;
  const times = (v: Vector): Float64Array => {
    const product = new Float64Array(rows);
    for (let i = 0; i < rows; i++) product[i] = dot(data.subarray(i * columns, (i + 1) * columns), v);
    return product;
  };
  const back = (u: Vector): Float64Array => {
    const product = new Float64Array(columns);
    for (let i = 0; i < rows; i++) {
      const factor = u[i]!;
      const from = i * columns;
      for (let j = 0; j < columns; j++) product[j]! += factor * data[from + j]!;
    }
    return product;
  };
  const gram = (v: Vector): Promise<Vector> => Promise.resolve(wide ? times(back(v)) : back(times(v)));
  return largestOf('layer', Math.min(rows, columns), 'float64', gram, signal);
}

/** The largest eigenvalue of a positive semidefinite matrix that is known by its products; its error is of the order of the squared tolerance. */
export async function largestOf(name: string, dimension: number, precision: LinearOperator['precision'], product: (v: Vector) => Promise<Vector>, signal?: AbortSignal): Promise<number> {
  const operator: LinearOperator = {
    name,
    dimension,
    precision,
    block: 1,
    apply: (vectors) => Promise.all(vectors.map(product)),
    dispose: () => Promise.resolve(),
  };
  const { largest } = await lanczos(operator, { largest: 1, tolerance: precision === 'float64' ? 1e-6 : 1e-4, maxIterations: 300, ...(signal && { signal }) });
  return Math.max(0, largest[0]!.value);
}
