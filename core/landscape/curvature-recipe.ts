import { z } from 'zod';

/** What can be known of the loss around each point, besides its value there. */
export const curvatureQuantities = ['gradient-norm', 'top-eigenvalue', 'trace'] as const;
export type CurvatureQuantity = (typeof curvatureQuantities)[number];

/** How eigenvalues and traces of a surface's points are found. */
export const surfaceCurvatureSchema = z.strictObject({
  tolerance: z.number().positive().max(1).default(0.01).describe('largest residual of an eigenvalue, as a share of the largest eigenvalue\'s size'),
  maxIterations: z.int().min(2).max(1000).default(60).describe('most Lanczos iterations at a point'),
  products: z.int().min(4).max(10000).default(24).describe('products of the Hessian spent on a trace'),
  seed: z.int().min(0).default(0).describe('draws the random vectors, the same at every point'),
});
export type SurfaceCurvature = z.infer<typeof surfaceCurvatureSchema>;

/** Residual of the top eigenvalue as a share of the largest eigenvalue's size; above the tolerance it did not converge. */
export const RESIDUAL = 'top-eigenvalue/residual';
/** Half width of the trace's 95 % interval. */
export const TRACE_INTERVAL = 'trace/interval';

export const isCurvatureQuantity = (name: string): name is CurvatureQuantity => curvatureQuantities.some((known) => known === name);

/** The quantities with what tells how far they can be trusted. */
export const withCompanions = (wanted: readonly CurvatureQuantity[]): string[] =>
  curvatureQuantities.filter((name) => wanted.includes(name)).flatMap((name) => (name === 'top-eigenvalue' ? [name, RESIDUAL] : name === 'trace' ? [name, TRACE_INTERVAL] : [name]));
