import { UserError } from '#core/graph';
import { newVector, type LinearOperator } from './operator';

/** A matrix given entry by entry (row-major, symmetric `[dimension, dimension]`), in float64. */
export function matrixOperator(matrix: Float64Array, name = 'matrix'): LinearOperator {
  const dimension = Math.round(Math.sqrt(matrix.length));
  if (dimension * dimension !== matrix.length) throw new UserError('curvature.matrix', `${matrix.length} numbers do not make a square matrix`);
  return {
    name,
    dimension,
    precision: 'float64',
    block: 8,
    apply: (vectors) =>
      Promise.resolve(
        vectors.map((v) => {
          const product = new Float64Array(dimension);
          for (let i = 0; i < dimension; i++) {
            let sum = 0;
            for (let j = 0; j < dimension; j++) sum += matrix[i * dimension + j]! * v[j]!;
            product[i] = sum;
          }
          return product;
        }),
      ),
    dispose: () => Promise.resolve(),
  };
}

/** Rows of the largest operator that is written out. */
const LARGEST_MATRIX = 4096;

/** @throws UserError where an operator of so many rows is too large to be written out */
export function checkWrittenOut(rows: number): void {
  if (rows <= LARGEST_MATRIX) return;
  const [size, most] = [rows, LARGEST_MATRIX].map((n) => n.toLocaleString('en'));
  throw new UserError('curvature.matrix', `The whole matrix has ${size} rows, ${(8e-9 * rows ** 2).toLocaleString('en', { maximumSignificantDigits: 2 })} GB of numbers: only up to ${most} rows are written out.`, {
    hint: 'Take fewer parameters, such as one layer; or the ends of the spectrum and its density, which need no more than products.',
  });
}

/** A symmetric operator written out. */
export interface WrittenOut {
  /** Row-major `[dimension, dimension]`, in float64, made symmetric. */
  readonly matrix: Float64Array;
  /** Frobenius norm of what was not symmetric, `(A - A') / 2`: of the products' rounding as much as shows. */
  readonly asymmetry: number;
}

/**
 * The whole matrix of a small operator, column by column, a block of columns at once.
 *
 * @throws UserError where it is too large
 */
export async function writeOut(operator: LinearOperator, { signal, onColumns }: { readonly signal?: AbortSignal; readonly onColumns?: (done: number) => void } = {}): Promise<WrittenOut> {
  const n = operator.dimension;
  checkWrittenOut(n);
  const matrix = new Float64Array(n * n);
  for (let at = 0; at < n; at += operator.block) {
    const units = Array.from({ length: Math.min(operator.block, n - at) }, (_, i) => {
      const unit = newVector(operator);
      unit[at + i] = 1;
      return unit;
    });
    const columns = await operator.apply(units, signal && { signal });
    columns.forEach((column, i) => matrix.set(column, (at + i) * n));
    onColumns?.(at + columns.length);
  }
  let squares = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const [one, other] = [matrix[i * n + j]!, matrix[j * n + i]!];
      matrix[i * n + j] = matrix[j * n + i] = (one + other) / 2;
      squares += (one - other) ** 2 / 2;
    }
  }
  return { matrix, asymmetry: Math.sqrt(squares) };
}

/** The whole matrix `[dimension, dimension]` of a small operator, made symmetric. */
export const materialize = async (operator: LinearOperator): Promise<Float64Array> => (await writeOut(operator)).matrix;
