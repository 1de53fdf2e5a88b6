import { UserError } from '#core/graph';
import {
  difference, distanceBetween, matchWeights, pathRecipeSchema, permutationSpecification, permuteWeights, type AlignmentFacts, type LandscapeProblem, type PathRecipe, type Weights,
} from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { soundWeights } from '../evaluation/sound-weights';
import { examplesAtOnce } from '../examples-at-once';
import { partOf, presentParts } from '../run-data';
import { settled } from '../settled';
import type { SplitName } from '../specification/schema';
import { storedSpecification } from '../specification/stored';
import { statisticsOf } from '../surfaces/batch-norm';
import { landscapeProblem, quantitiesOf, type ProblemOptions } from '../surfaces/problem';
import { floatsOf, otherWeights } from '../surfaces/weights';
import { weightsFingerprint } from '../weights-fingerprint';
import { pathName, usualBatch, usualEpochs, type PathRequest } from './request';

/** A path that is about to be computed. */
export interface PathSetup {
  /** Name of its folder below the run's `paths`. */
  id: string;
  recipe: PathRecipe;
  start: Weights;
  /** As it was trained: alignment comes later. */
  end: { readonly parameters: Weights; readonly buffers: Weights };
  /** By part of the data, for the curve's values. */
  problems: Record<string, LandscapeProblem>;
  /** In batches of the size of a mini-batch. */
  training: LandscapeProblem | null;
  /** A smaller part of the training data: for the live curve, and to judge where pivots are missing. */
  judge: LandscapeProblem;
}

/** Examples by which a path is judged while it is trained. */
const JUDGED = 1000;

/** Everything that a request means for this run. @throws UserError when checkpoints, parts or the other run are not there, or the ends are no two ends */
export function setUpPath(opened: OpenRun, asked: PathRequest, { program }: { program: string }): PathSetup {
  const { run, request } = settled(opened, asked);
  const { parts, data, file } = run;
  const { kind, align, seed, learningRate, momentum } = request;
  const { batchSize = usualBatch(storedSpecification(file).training.batchSize) } = request;
  const names = Object.keys(parts.model.parameters);
  const weights = soundWeights(run, request.checkpoint);
  const start = floatsOf(weights.tensors, names);
  const { reference, parameters: end, tensors } = otherWeights(request.to, names);
  checkEnds(start, end, reference.name);
  const splits = request.splits ?? presentParts(data).filter((name) => name !== 'validation');
  const batchNorm = statisticsOf(parts.model).length > 0 ? 'recalibrated' : 'evaluation';
  const problem = (split: SplitName, options: Partial<ProblemOptions> & { most?: number | null } = {}): LandscapeProblem => {
    const { most = request.subset, ...more } = options;
    const subset = most !== null && most < partOf(data, split).count ? { count: most, seed } : null;
    return landscapeProblem(parts, data, weights.tensors, { split, subset, batchNorm, ...examplesAtOnce(run, more.batchNorm ?? batchNorm, 'gradient'), ...more });
  };
  const trained = kind !== 'line';
  const limited = request.subset !== null && splits.some((split) => partOf(data, split).count > request.subset!);
  const recipe = pathRecipeSchema.parse({
    version: 1,
    program,
    run: { id: file.id, name: file.name, checkpoint: String(request.checkpoint), ...(run.member !== undefined && { member: run.member }), fingerprint: weightsFingerprint(names, weights.tensors) },
    to: reference,
    kind,
    align,
    seed,
    training: trained ? { epochs: request.epochs ?? usualEpochs(kind), batchSize: Math.min(batchSize, partOf(data, 'train').count), learningRate, momentum } : null,
    band: kind === 'band' ? { pivots: request.pivots, cycles: request.cycles, spring: request.spring } : null,
    points: request.points,
    splits,
    subset: limited ? { count: request.subset!, seed } : null,
    quantities: Object.keys(withErrors(Object.fromEntries(quantitiesOf(data.task).map((name) => [name, 0])))),
    batchNorm,
    device: run.compile.device,
  });
  return {
    id: pathName(recipe),
    recipe,
    start,
    end: { parameters: end, buffers: floatsOf(tensors, Object.keys(parts.model.buffers)) },
    problems: Object.fromEntries(splits.map((split) => [split, problem(split)])),
    training: recipe.training && problem('train', { most: null, batchSize: recipe.training.batchSize, batchNorm: batchNorm === 'recalibrated' ? 'batch' : 'evaluation' }),
    judge: problem('train', { most: JUDGED }),
  };
}

/** Quantities with the share of wrong answers in the place of that of right ones: what barriers are told in. */
export const withErrors = (quantities: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(quantities).map(([name, value]) => (name.endsWith('accuracy') ? [name.replace('accuracy', 'error'), 1 - value] : [name, value])));

function checkEnds(start: Weights, end: Weights, name: string): void {
  difference(start, end, `"${name}"`);
  if (distanceBetween(start, end) === 0) {
    throw new UserError('path.same', `"${name}" has the same weights as the start, so there is no path between them.`, { hint: 'Choose another run or checkpoint.' });
  }
}

/** The end with its units matched with the start's. @throws UserError when the network has no units that can change places */
export async function alignEnd({ start, end, judge, recipe }: PathSetup, options: { signal?: AbortSignal; onPass?: (pass: number, objective: number) => void }): Promise<{ end: PathSetup['end']; facts: AlignmentFacts }> {
  const specification = permutationSpecification(judge);
  const { permutations, passes } = await matchWeights(start, end.parameters, specification, { seed: recipe.seed, ...options });
  const parameters = permuteWeights(end.parameters, specification, permutations);
  const facts = {
    distanceBefore: distanceBetween(start, end.parameters),
    distanceAfter: distanceBetween(start, parameters),
    passes,
    groups: specification.groups.length,
    kept: specification.kept,
  };
  if (facts.distanceAfter === 0 && recipe.kind !== 'line') {
    throw new UserError('path.same', `"${recipe.to.name}" is the start with its units in another order: aligned, the two are the same network.`, { hint: 'Leave alignment out, or ask for the line.' });
  }
  return { end: { parameters, buffers: permuteWeights(end.buffers, specification, permutations) }, facts };
}
