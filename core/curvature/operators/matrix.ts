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

/** The largest operator that is written out. */
const LARGEST = 4096;

/** The whole matrix `[dimension, dimension]` of a small operator, column by column, made symmetric. */
export async function materialize(operator: LinearOperator, signal?: AbortSignal): Promise<Float64Array> {
  const n = operator.dimension;
  if (n > LARGEST) throw new UserError('curvature.matrix', `${n} x ${n} is too large to be written out (up to ${LARGEST} x ${LARGEST})`);
  const columns: ArrayLike<number>[] = [];
  for (let at = 0; at < n; at += operator.block) {
    const units = Array.from({ length: Math.min(operator.block, n - at) }, (_, i) => {
      const unit = newVector(operator);
      unit[at + i] = 1;
      return unit;
    });
    columns.push(...(await operator.apply(units, signal && { signal })));
  }
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return (columns[i]![j]! + columns[j]![i]!) / 2;
  });
}
