/** A question about a picture, and its answer. */
export interface TrustCheck {
  readonly name: 'range' | 'holes' | 'resolution' | 'subset' | 'batchNorm' | 'repeatability' | 'variance' | 'convergence' | 'trace' | 'eigenvectors';
  readonly title: string;
  /** `null`: the question has no meaning for this picture. */
  readonly passed: boolean | null;
  /** The figure that decides, and the figure it is held against: `figure <= limit` passes, except for `variance` (`>=`). `null`: there is none, or it is without bound. */
  readonly figure: number | null;
  readonly limit: number;
  /** What was found, in one plain sentence; for a failed check with what to do. */
  readonly says: string;
}

/** A number with three digits, as it stands in a sentence. */
export const spoken = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : 'infinite');
