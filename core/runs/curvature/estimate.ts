import { actsOnExamples, checkWrittenOut, exampleCount, type LinearOperator, makeOperator, newVector, sumOfWork, timeVectorWork } from '#core/curvature';
import type { OpenRun } from '../evaluation/open-run';
import { statisticsOf } from '../surfaces/batch-norm';
import { costOfMatrix, type MatrixCost, type ProductCount } from './figures';
import { pathRequest, setUpCurvature } from './run-curvature';
import type { CurvatureRequest } from './request';

/** What a request would cost. */
export interface CurvatureCost {
  /** With as many Lanczos iterations as are usual. */
  readonly seconds: number;
  /** With all the iterations that are allowed. */
  readonly mostSeconds: number;
  /** Products of a matrix with one vector, of all matrices and moments, usually. */
  readonly products: number;
  /** Matrices: the whole and its parts, at each checkpoint. */
  readonly matrices: number;
  readonly examples: number;
  /** Vectors, and what is kept between products, at most. */
  readonly memoryBytes: number;
  /** Whether the network has BatchNorm, whose statistics can be chosen. */
  readonly batchNorm: boolean;
}

/** Bytes that an operator keeps between products at most; one batch is measured, which stands for all. */
const KEPT = 2 ** 30;

/**
 * Measures products with one batch of the examples and work on vectors, and counts: a second or two for small networks, some more for those whose programs take
 * long to compile. Parts are counted as if each cost what the whole does, which is too much for small ones.
 *
 * @throws UserError as `computeRunCurvature` does
 */
export async function estimateRunCurvature(run: OpenRun, request: CurvatureRequest, { signal }: { readonly signal?: AbortSignal } = {}): Promise<CurvatureCost> {
  const { problem, groups, moments, block } = setUpCurvature(run, request);
  const batches = problem.batches.length;
  const part = { ...problem, batches: problem.batches.slice(0, 1) };
  // Of one batch either all is kept or nothing: as of the whole where at least half of its batches fit.
  const operator = await makeOperator(part, request.operator, { ...run.compile, select: groups[0]!.select, block, memory: (2 * KEPT) / (batches + 1) });
  try {
    const dimension = actsOnExamples(request.operator) ? operator.dimension * (exampleCount(problem) / exampleCount(part)) : operator.dimension;
    if (request.all) checkWrittenOut(dimension);
    const [own, path] = [costOfMatrix(request, dimension), costOfMatrix(pathRequest(request), dimension)];
    const one = await timeProducts(operator, 1, signal);
    const several = own.most.together > 0 ? await timeProducts(operator, Math.min(block, operator.block), signal) : one;
    const secondsOfWork = await timeVectorWork({ dimension, precision: operator.precision }, sumOfWork([own.most.work, path.most.work]));
    const perMatrix = ({ single, together, work }: MatrixCost): number => batches * (single * one.seconds + together * several.seconds) + secondsOfWork(work);
    const total = (which: 'usual' | 'most'): number =>
      groups.length * (one.compilation + (several === one ? 0 : several.compilation) + perMatrix(own[which]) + moments.length * perMatrix(path[which]));
    const gradient = (batches * one.seconds) / 2;
    const bytes = operator.precision === 'float32' ? 4 : 8;
    return {
      seconds: gradient + total('usual'),
      mostSeconds: gradient + total('most'),
      products: groups.length * (all(own.usual) + moments.length * all(path.usual)),
      matrices: groups.length * (1 + moments.length),
      examples: exampleCount(problem),
      memoryBytes: Math.min(KEPT, batches * (operator.keptBytes ?? 0)) + (request.all ? 16 * dimension ** 2 : bytes * dimension * own.vectors),
      batchNorm: statisticsOf(run.parts.model).length > 0,
    };
  } finally {
    await operator.dispose();
  }
}

const all = ({ single, together }: ProductCount): number => single + together;

/** Seconds of one vector's product when so many are multiplied at once, from the second of two; and what the first took longer. */
async function timeProducts(operator: LinearOperator, count: number, signal: AbortSignal | undefined): Promise<{ seconds: number; compilation: number }> {
  const vectors = Array.from({ length: count }, () => newVector(operator).fill(operator.dimension ** -0.5));
  const times: number[] = [];
  for (let i = 0; i < 2; i++) {
    const start = performance.now();
    await operator.apply(vectors, signal && { signal });
    times.push((performance.now() - start) / 1000);
  }
  return { seconds: times[1]! / count, compilation: Math.max(0, times[0]! - times[1]!) };
}
