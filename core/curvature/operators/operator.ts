import type { CurvatureProblem } from '../problem';

/** Numbers of one vector; float64 where the operator computes in float64. */
export type Vector = Float32Array | Float64Array;

export interface ApplyOptions {
  /** Aborting stops between two batches of data and throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A symmetric matrix that is known by its products only. */
export interface LinearOperator {
  /** What it is, for results: `hessian`, `gauss-newton`, ... */
  readonly name: string;
  readonly dimension: number;
  /** What the products are computed in: vectors are kept in the same type. */
  readonly precision: 'float32' | 'float64';
  /** How many vectors are best multiplied at once. */
  readonly block: number;
  /** `A v` for each of the vectors (each `[dimension]`), in their order. Fresh arrays. */
  apply(vectors: readonly Vector[], options?: ApplyOptions): Promise<Vector[]>;
  /** The same matrix at other weights, with the programs that are compiled already; absent where they cannot be kept. */
  moveTo?(weights: Pick<CurvatureProblem, 'parameters' | 'buffers'>): void;
  /** How many batches of the data are computed at once; absent: one. */
  readonly lanes?: number;
  /** Bytes that are kept between products at present; absent where nothing is. */
  readonly keptBytes?: number;
  /** Gives compiled programs and what they keep back. */
  dispose(): Promise<void>;
}

/** An array of zeros of the operator's type. */
export const newVector = ({ precision, dimension }: Pick<LinearOperator, 'precision' | 'dimension'>): Vector =>
  precision === 'float32' ? new Float32Array(dimension) : new Float64Array(dimension);
