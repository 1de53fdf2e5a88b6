import { availableParallelism } from 'node:os';
import { actsOnExamples, checkWrittenOut, type CurvatureProblem, exampleCount, type LinearOperator, makeOperator, newVector, sumOfWork, timeVectorWork, type Vector } from '#core/curvature';
import { keepableBytes, secondsSince } from '#core/runtime';
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

/**
 * Measures products with the batches of the examples that are computed at once and work on vectors, and counts: a second or two for small networks, some more for those whose programs take
 * long to compile. Parts are counted as if each cost what the whole does, which is too much for small ones.
 *
 * @throws UserError as `computeRunCurvature` does
 */
export async function estimateRunCurvature(run: OpenRun, request: CurvatureRequest, { signal }: { readonly signal?: AbortSignal } = {}): Promise<CurvatureCost> {
  const { problem, groups, moments, block } = setUpCurvature(run, request);
  const memory = keepableBytes(run.compile.device);
  // Of a round either at least half is kept or nothing: as of the whole.
  const perBatch = (2 * memory) / (problem.batches.length + 1);
  const { operator, part } = await firstRound(problem, (of) =>
    makeOperator(of, request.operator, { ...run.compile, select: groups[0]!.select, block, memory: perBatch * Math.ceil(of.batches.length / 2) }));
  const rounds = problem.batches.length / part.batches.length;
  try {
    const dimension = actsOnExamples(request.operator) ? operator.dimension * (exampleCount(problem) / exampleCount(part)) : operator.dimension;
    if (request.all) checkWrittenOut(dimension);
    const [own, path] = [costOfMatrix(request, dimension), costOfMatrix(pathRequest(request), dimension)];
    const one = await timeProducts(operator, 1, signal);
    const keeping = (rounds - 1) * (await secondsOfKeeping(operator, part, one.seconds, signal));
    const several = own.most.together > 0 ? await timeProducts(operator, Math.min(block, operator.block), signal) : one;
    const secondsOfWork = await timeVectorWork({ dimension, precision: operator.precision }, sumOfWork([own.most.work, path.most.work]));
    const perMatrix = ({ single, together, work }: MatrixCost): number => rounds * (single * one.seconds + together * several.seconds) + secondsOfWork(work);
    const total = (which: 'usual' | 'most'): number =>
      groups.length * (one.compilation + (several === one ? 0 : several.compilation) + keeping + perMatrix(own[which]) + moments.length * (keeping + perMatrix(path[which])));
    const gradient = (rounds * one.seconds) / 2;
    const bytes = operator.precision === 'float32' ? 4 : 8;
    return {
      seconds: gradient + total('usual'),
      mostSeconds: gradient + total('most'),
      products: groups.length * (all(own.usual) + moments.length * all(path.usual)),
      matrices: groups.length * (1 + moments.length),
      examples: exampleCount(problem),
      memoryBytes: Math.min(memory, rounds * (operator.keptBytes ?? 0)) + (request.all ? 16 * dimension ** 2 : bytes * dimension * own.vectors),
      batchNorm: statisticsOf(run.parts.model).length > 0,
    };
  } finally {
    await operator.dispose();
  }
}

/** The matrix of as many batches as are computed at once, which stand for all. */
async function firstRound(problem: CurvatureProblem, make: (part: CurvatureProblem) => Promise<LinearOperator>): Promise<{ operator: LinearOperator; part: CurvatureProblem }> {
  const first = (count: number): CurvatureProblem => ({ ...problem, batches: problem.batches.slice(0, count) });
  let part = first(availableParallelism());
  let operator = await make(part);
  const { lanes = 1 } = operator;
  if (lanes < part.batches.length) {
    await operator.dispose();
    part = first(lanes);
    operator = await make(part);
  }
  return { operator, part };
}

const all = ({ single, together }: ProductCount): number => single + together;

/** Seconds of one vector's product when so many are multiplied at once, from the second of two; and what the first took longer. */
async function timeProducts(operator: LinearOperator, count: number, signal: AbortSignal | undefined): Promise<{ seconds: number; compilation: number }> {
  const vectors = Array.from({ length: count }, () => newVector(operator).fill(operator.dimension ** -0.5));
  const first = await secondsOfProduct(operator, vectors, signal);
  const second = await secondsOfProduct(operator, vectors, signal);
  return { seconds: second / count, compilation: Math.max(0, first - second) };
}

/** What the first product after the weights have changed takes longer: what does not depend on the vector is computed and kept. */
async function secondsOfKeeping(operator: LinearOperator, problem: CurvatureProblem, usual: number, signal: AbortSignal | undefined): Promise<number> {
  if (operator.moveTo === undefined || (operator.keptBytes ?? 0) === 0) return 0;
  operator.moveTo(problem);
  return Math.max(0, (await secondsOfProduct(operator, [newVector(operator).fill(1)], signal)) - usual);
}

async function secondsOfProduct(operator: LinearOperator, vectors: readonly Vector[], signal: AbortSignal | undefined): Promise<number> {
  const start = performance.now();
  await operator.apply(vectors, signal && { signal });
  return secondsSince(start);
}
