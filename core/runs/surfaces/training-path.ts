import { UserError } from '#core/graph';
import { matchWeights, permutationSpecification, permuteWeights, type Checkpoint, type CheckpointPath, type LandscapeProblem, type WeightsReference } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { misfit } from '../evaluation/misfit';
import { checkFinite } from '../evaluation/sound-weights';
import { networkTitle } from '../evaluation/weights-source';
import { resolveRun } from '../registry';
import { floatsOf, otherSource, otherWeights, type FoundWeights, type OtherWeights } from './weights';

type Moment = Required<Pick<Checkpoint, 'parameters' | 'buffers'>>;

/** Bytes of one path's checkpoints that are kept in memory; longer paths are read again each time they are gone through. */
const HELD_BYTES = 2 ** 28;

/** What is read of each checkpoint. */
interface PathTensors {
  readonly parameters: readonly string[];
  readonly buffers: readonly string[];
}

/** Names of a network's tensors. */
const pathTensors = ({ parts: { model } }: Pick<OpenRun, 'parts'>): PathTensors => ({ parameters: Object.keys(model.parameters), buffers: Object.keys(model.buffers) });

/**
 * Checkpoints of a training, read when they are asked for.
 *
 * @param nameOf what messages call a checkpoint
 * @param change what is made of each
 */
function trainingPath(read: (step: number) => Pick<FoundWeights, 'tensors'>, steps: readonly number[], { parameters, buffers }: PathTensors, nameOf: (step: number) => string, change = (moment: Moment): Moment => moment): Checkpoint[] {
  const kept = new Map<number, Moment>();
  const moment = (step: number): Moment => {
    const known = kept.get(step);
    if (known) return known;
    const { tensors } = read(step);
    checkFinite(tensors, parameters, nameOf(step));
    const found = change({ parameters: floatsOf(tensors, parameters), buffers: floatsOf(tensors, buffers) });
    const bytes = Object.values(found.parameters).reduce((sum, { byteLength }) => sum + byteLength, 0);
    // Where not all fit, the last one serves whoever asks for its parameters and then its buffers.
    if (bytes * steps.length > HELD_BYTES) kept.clear();
    kept.set(step, found);
    return found;
  };
  return steps.map((step): Checkpoint => ({
    step,
    get parameters() { return moment(step).parameters; },
    get buffers() { return moment(step).buffers; },
  }));
}

/** This run's own weights at some steps. */
export const pathOfSteps = (run: OpenRun, steps: readonly number[]): Checkpoint[] =>
  trainingPath((step) => run.weights(step), steps, pathTensors(run), (step) => `checkpoint ${step} of ${networkTitle(run.file, run.member)}`);

/** The path of this run's own training up to a step. */
export const ownPath = (run: OpenRun, last: number): Checkpoint[] => pathOfSteps(run, run.trajectorySteps().filter((step) => step <= last));

/** Other runs' paths, and how a recipe names their ends. */
export interface OtherPaths {
  readonly references: WeightsReference[];
  readonly paths: (CheckpointPath & { readonly name: string })[];
}

/** How units of other networks are matched with this one's: `null` leaves them as they are. */
export type Align = { readonly seed: number; readonly signal?: AbortSignal } | null;

/**
 * The paths of other runs of the same network, each up to the checkpoint that is named.
 *
 * @param align match the units of each end with the centre's (Git Re-Basin, weight matching): its whole path is permuted alike
 * @throws UserError where one is this run itself or given twice, kept no path, or is of another network
 */
export async function otherPaths(run: OpenRun, problem: LandscapeProblem, others: readonly OtherWeights[], fingerprint: string, align: Align): Promise<OtherPaths> {
  const tensors = pathTensors(run);
  const centre = Object.fromEntries(Object.entries(problem.parameters).map(([name, { data }]) => [name, data]));
  const found: OtherPaths = { references: [], paths: [] };
  for (const other of others) {
    const end = otherWeights(other, tensors.parameters);
    const { name } = end.reference;
    checkNetwork(run, end);
    checkOther(run, end, fingerprint, found.references);
    const source = otherSource(resolveRun(other.run), other.member);
    const specification = align && permutationSpecification(problem);
    const permutations = align && specification && (await matchWeights(centre, end.parameters, specification, align)).permutations;
    const change = specification && permutations
      ? ({ parameters, buffers }: Moment): Moment => ({ parameters: permuteWeights(parameters, specification, permutations), buffers: permuteWeights(buffers, specification, permutations) })
      : undefined;
    const checkpoints = trainingPath((step) => source.read(step), source.trajectorySteps().filter((step) => step <= end.step), tensors, (step) => `checkpoint ${step} of "${name}"`, change);
    if (checkpoints.length < 2) {
      throw new UserError('surface.path', `"${name}" kept ${checkpoints.length} checkpoints up to step ${end.step}; a path needs two.`, {
        hint: 'Train it with training.keepTrajectory, over more epochs or with a smaller training.checkpointEvery, or leave it out.',
      });
    }
    found.references.push(end.reference);
    found.paths.push({ name, checkpoints });
  }
  return found;
}

function checkNetwork({ file, parts: { model } }: OpenRun, other: FoundWeights): void {
  const unfit = misfit(model, other);
  if (unfit === undefined) return;
  throw new UserError('surface.path.network', `"${other.reference.name}" is another network than "${file.name}": its ${unfit}.`, { hint: 'Paths in one plane are of runs with the same architecture.' });
}

function checkOther({ file, member }: OpenRun, { reference }: FoundWeights, centre: string, before: readonly WeightsReference[]): void {
  const refuse = (says: string, hint: string): never => {
    throw new UserError('landscape.rank', `"${reference.name}" ${says}`, { hint });
  };
  if (reference.run === file.id && reference.member === member) refuse('is the run at the centre itself, whose path is in the plane already.', 'Name other runs.');
  if (before.some(({ run, member: other }) => run === reference.run && other === reference.member)) refuse('is named twice.', 'Name each run once.');
  const same = before.find(({ fingerprint }) => fingerprint === reference.fingerprint);
  if (reference.fingerprint !== centre && same === undefined) return;
  refuse(`ends in the same weights as ${same ? `"${same.name}"` : 'the run at the centre'}: it is the same training, so it adds no direction.`, 'Leave it out, or choose a run with another seed or other settings.');
}
