import { problemSpecs } from '#core/curvature';
import { add, mul, Philox, spec, specsOf, sub, type Tensor, trace, valueAndGrad } from '#core/graph';
import { compile, compileInParts, type CompileOptions, compileOptionsOf, type Feed, type InterruptibleProgram, pickFeeds, type Program } from '#core/runtime';
import type { LandscapeProblem } from '../problem';
import { Examples } from './examples';
import { shares, type Weights, type WeightPath } from './geometry';
import { type Arrays, freeArrays, named, readArrays, under, zerosLike } from './resident';
import { type BatchTensors, mapTensors, meanLoss, type Tensors } from './step-graph';
import { type PathState, type PathTrainer, type PathTraining, rateFactor } from './trainer';

/**
 * Trains the bend of a curve between two weights: `min_theta E_{t ~ U(0, 1)} L(phi_theta(t))` by stochastic gradients, a new `t` and a
 * new mini-batch a step (Garipov, Izmailov, Podoprikhin, Vetrov, Wilson 2018, "Loss surfaces, mode connectivity, and fast ensembling of
 * DNNs", equation 2); `phi` a polygonal chain with one bend (equation 3) or a quadratic Bezier curve (equation 4). One program does a
 * whole step; the weights stay where it runs.
 */
export class BendTrainer implements PathTrainer {
  readonly steps: number;
  private done: number;
  private readonly shape: WeightPath['shape'];

  private constructor(
    private readonly programs: { readonly ends: Arrays; readonly step: InterruptibleProgram; readonly place: Program },
    private readonly examples: Examples,
    private readonly start: Weights,
    private readonly end: Weights,
    private readonly training: PathTraining,
    private readonly still: Readonly<Record<string, Feed>>,
    private bend: Arrays,
    private velocity: Arrays,
    kind: 'bezier' | 'chain',
    step: number,
  ) {
    this.shape = kind === 'bezier' ? 'bezier' : 'polygon';
    this.steps = training.epochs * examples.stepsPerEpoch;
    this.done = step;
  }

  /** @param problem batches of the size of a mini-batch; BatchNorm takes each batch's own statistics */
  static async create(problem: LandscapeProblem, kind: 'bezier' | 'chain', start: Weights, end: Weights, training: PathTraining, options: CompileOptions, state?: PathState): Promise<BendTrainer> {
    const place = await compile(traceEnds(problem), compileOptionsOf(options));
    const feeds = Object.fromEntries(Object.keys(start).flatMap((name) => [[`start.${name}`, start[name]!], [`end.${name}`, end[name]!]]));
    const ends = await place.run(feeds);
    const step = await compileInParts(traceStep(problem, training.momentum), compileOptionsOf(options));
    const still = Object.fromEntries(Object.entries(problem.buffers).map(([name, { data }]) => [`buffers.${name}`, data]));
    const middle = (): Arrays => Object.fromEntries(Object.entries(start).map(([name, data]) => [name, data.map((value, i) => (value + end[name]![i]!) / 2)]));
    return new BendTrainer(
      { ends, step, place }, new Examples(problem, training.seed), start, end, training, still,
      { ...(state?.weights['bend'] ?? middle()) }, { ...(state?.weights['velocity'] ?? zerosLike(start)) }, kind, state?.step ?? 0,
    );
  }

  get step(): number {
    return this.done;
  }

  async advance(signal?: AbortSignal): Promise<number> {
    const { programs, training, done } = this;
    const [t] = new Philox(training.seed, 'path/t', done).uniforms(1);
    const own = shares({ shape: this.shape, points: { length: 3 } }, t!);
    const feeds: Record<string, Feed> = {
      ...this.still,
      ...programs.ends,
      ...named('bend', this.bend),
      ...named('velocity', this.velocity),
      ...this.examples.feeds(done),
      ofMiddle: Float32Array.of(own[0]! + own[2]!),
      ofBend: Float32Array.of(own[1]!),
      ofHalf: Float32Array.of(own[2]! - own[0]!),
      learningRate: Float32Array.of(training.learningRate * rateFactor(done / this.steps)),
    };
    const { loss, ...next } = await programs.step.run(pickFeeds(feeds, programs.step.graph), signal);
    freeArrays(this.bend);
    freeArrays(this.velocity);
    this.bend = under('bend', next);
    this.velocity = under('velocity', next);
    this.done++;
    const value = Number((await loss!.read())[0]);
    loss!.dispose();
    return value;
  }

  async path(): Promise<WeightPath> {
    return { shape: this.shape, points: [this.start, await readArrays(this.bend), this.end] };
  }

  async state(): Promise<PathState> {
    return { step: this.done, weights: { bend: await readArrays(this.bend), velocity: await readArrays(this.velocity) }, numbers: {} };
  }

  async dispose(): Promise<void> {
    for (const arrays of [this.bend, this.velocity, this.programs.ends]) freeArrays(arrays);
    await this.programs.step.dispose();
    await this.programs.place.dispose();
  }
}

/** Both ends as their mean and half their difference, computed where the steps will run so that they stay there. */
function traceEnds(problem: LandscapeProblem) {
  const specs = specsOf(problem.parameters);
  return trace(({ start, end }: { start: Tensors; end: Tensors }) => {
    const pairs = Object.keys(start).map((name) => [name, start[name]!, end[name]!] as const);
    return {
      middle: Object.fromEntries(pairs.map(([name, a, b]) => [name, mul(add(a, b), 0.5)])),
      half: Object.fromEntries(pairs.map(([name, a, b]) => [name, mul(sub(b, a), 0.5)])),
    };
  }, { start: specs, end: specs });
}

/** One step of stochastic gradients with momentum; the three scalars are shares of the ends' mean, of the bend and of half the ends' difference. */
function traceStep(problem: LandscapeProblem, momentum: number) {
  const { parameters: specs, ...batchSpecs } = problemSpecs(problem);
  interface Arguments extends BatchTensors {
    middle: Tensors;
    half: Tensors;
    bend: Tensors;
    velocity: Tensors;
    ofMiddle: Tensor;
    ofBend: Tensor;
    ofHalf: Tensor;
    learningRate: Tensor;
  }
  return trace((args: Arguments) => {
    const { middle, half, ofMiddle, ofBend, ofHalf } = args;
    const [loss, gradient] = valueAndGrad((bend: Tensors) =>
      meanLoss(problem, mapTensors(bend, (own, name) => add(add(mul(middle[name]!, ofMiddle), mul(own, ofBend)), mul(half[name]!, ofHalf))), args))(args.bend);
    const velocity = mapTensors(args.velocity, (own, name) => add(mul(own, momentum), gradient[name]!));
    return { bend: mapTensors(args.bend, (own, name) => sub(own, mul(velocity[name]!, args.learningRate))), velocity, loss };
  }, { middle: specs, half: specs, bend: specs, velocity: specs, ...batchSpecs, ofMiddle: spec([]), ofBend: spec([]), ofHalf: spec([]), learningRate: spec([]) });
}
