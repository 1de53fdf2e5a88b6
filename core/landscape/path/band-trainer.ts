import { problemSpecs } from '#core/curvature';
import { add, constant, div, mul, spec, sqrt, square, sub, sum, type Tensor, trace, valueAndGrad } from '#core/graph';
import { compileInParts, type CompileOptions, compileOptionsOf, type Feed, type InterruptibleProgram, pickFeeds } from '#core/runtime';
import type { LandscapeProblem } from '../problem';
import { WeightEvaluator } from '../weight-evaluator';
import { Examples } from './examples';
import { evenKnots, lengthKnots, pointAt, type Weights, type WeightPath } from './geometry';
import { type Arrays, freeArrays, named, readArrays, under, zerosLike } from './resident';
import { type BatchTensors, mapTensors, meanLoss, type Tensors } from './step-graph';
import { type PathState, type PathTrainer, type PathTraining, rateFactor } from './trainer';

export interface BandTraining extends PathTraining {
  /** Pivots between the ends at first. */
  readonly pivots: number;
  /** Rounds of training; after each but the last pivots are inserted where the path is highest. */
  readonly cycles: number;
  /** Share of the difference of its distances to both neighbours that moves a pivot along the path in a step; 1: as by an infinitely stiff spring. */
  readonly spring: number;
}

/** Pivots with the velocities and the losses that they are known by, both ends among them. */
interface Band {
  readonly pivots: readonly Arrays[];
  readonly velocities: readonly Arrays[];
  readonly losses: readonly number[];
}

/** A pivot is inserted where the loss between two others rises above the line between them by more than this share of the path's whole height. */
const INSERT_ABOVE = 0.2;
/** Places looked at between two pivots. */
const BETWEEN = 3;
/** Share of the newest mini-batch in the loss that a pivot is known by. */
const NEWEST = 0.2;

/**
 * Nudged elastic band with inserted pivots (AutoNEB): every pivot descends the loss across the path only, and springs along it keep the pivots
 * apart (Jonsson, Mills, Jacobsen 1998; for networks Draxler, Veschgini, Salmhofer, Hamprecht 2018, "Essentially no barriers in neural
 * network energy landscape", section 3). The tangent points to the neighbour of higher loss (Henkelman and Jonsson 2000). One program does the
 * step of one pivot.
 */
export class BandTrainer implements PathTrainer {
  readonly steps: number;
  private done: number;

  private constructor(
    private readonly program: InterruptibleProgram,
    private readonly evaluator: WeightEvaluator,
    private readonly examples: Examples,
    private readonly still: Readonly<Record<string, Feed>>,
    private readonly training: BandTraining,
    private band: Band,
    step: number,
  ) {
    this.steps = training.epochs * examples.stepsPerEpoch;
    this.done = step;
  }

  /**
   * @param problem batches of the size of a mini-batch; BatchNorm takes each batch's own statistics
   * @param judge the problem by whose loss pivots are inserted
   */
  static async create(problem: LandscapeProblem, judge: LandscapeProblem, start: Weights, end: Weights, training: BandTraining, options: CompileOptions, state?: PathState): Promise<BandTrainer> {
    const program = await compileInParts(traceStep(problem, training), compileOptionsOf(options));
    const evaluator = await WeightEvaluator.create(judge, options);
    const still = Object.fromEntries(Object.entries(problem.buffers).map(([name, { data }]) => [`buffers.${name}`, data]));
    const line: WeightPath = { shape: 'polygon', points: [start, end] };
    const inner = state?.numbers['losses']!.length ?? training.pivots + 2;
    const pivots = Array.from(evenKnots(inner), (t, i) => (i === 0 ? start : i === inner - 1 ? end : (state?.weights[`pivot${i}`] ?? pointAt(line, t))));
    const velocities = pivots.map((pivot, i) => state?.weights[`velocity${i}`] ?? zerosLike(pivot));
    const trainer = new BandTrainer(program, evaluator, new Examples(problem, training.seed), still, training, { pivots, velocities, losses: state?.numbers['losses'] ?? [] }, state?.step ?? 0);
    if (state === undefined) trainer.band = { ...trainer.band, losses: await trainer.judge() };
    return trainer;
  }

  get step(): number {
    return this.done;
  }

  async advance(signal?: AbortSignal): Promise<number> {
    const { cycles } = this.training;
    const cycle = Math.floor((this.done * cycles) / this.steps);
    const fuller = cycle > Math.floor(((this.done - 1) * cycles) / this.steps) && cycle > 0;
    // Nothing of a step that is stopped on its way is kept, or pivots would be inserted twice.
    const band = fuller ? await this.inserted(signal) : this.band;
    const batch = this.examples.feeds(this.done);
    const rate = this.training.learningRate * rateFactor(this.done / this.steps);
    const next: { pivot: Arrays; velocity: Arrays; loss: number }[] = [];
    try {
      for (let i = 1; i < band.pivots.length - 1; i++) next.push(await this.move(band, i, batch, rate, signal));
    } catch (error) {
      for (const { pivot, velocity } of next) [pivot, velocity].forEach(freeArrays);
      throw error;
    }
    for (const arrays of [...band.pivots.slice(1, -1), ...band.velocities.slice(1, -1)]) freeArrays(arrays);
    const inner = <T>(list: readonly T[], own: (moved: (typeof next)[number], i: number) => T): T[] => [list[0]!, ...next.map((moved, at) => own(moved, at + 1)), list.at(-1)!];
    this.band = {
      pivots: inner(band.pivots, ({ pivot }) => pivot),
      velocities: inner(band.velocities, ({ velocity }) => velocity),
      losses: inner(band.losses, ({ loss }, i) => (1 - NEWEST) * band.losses[i]! + NEWEST * loss),
    };
    this.done++;
    return next.reduce((total, { loss }) => total + loss, 0) / next.length;
  }

  private async move({ pivots, velocities, losses }: Band, i: number, batch: Readonly<Record<string, Feed>>, rate: number, signal: AbortSignal | undefined) {
    const upwards = losses[i + 1]! > losses[i - 1]!;
    const feeds: Record<string, Feed> = {
      ...this.still,
      ...batch,
      ...named('before', pivots[i - 1]!),
      ...named('own', pivots[i]!),
      ...named('after', pivots[i + 1]!),
      ...named('velocity', velocities[i]!),
      forwards: Float32Array.of(upwards ? 1 : 0),
      learningRate: Float32Array.of(rate),
    };
    const { loss, ...results } = await this.program.run(pickFeeds(feeds, this.program.graph), signal);
    const value = Number((await loss!.read())[0]);
    loss!.dispose();
    return { pivot: under('own', results), velocity: under('velocity', results), loss: value };
  }

  /** The loss of every pivot, ends included. */
  private async judge(signal?: AbortSignal): Promise<number[]> {
    const losses: number[] = [];
    for (const pivot of this.band.pivots) losses.push((await this.evaluator.evaluate(await readArrays(pivot), signal))['loss']!);
    return losses;
  }

  /** The band with a pivot more between two others where the loss between them is highest, if it is high. */
  private async inserted(signal: AbortSignal | undefined): Promise<Band> {
    const losses = await this.judge(signal);
    const points = await Promise.all(this.band.pivots.map(readArrays));
    const found: { after: number; t: number; loss: number; rise: number }[] = [];
    let [low, high] = [Math.min(...losses), Math.max(...losses)];
    for (let i = 0; i + 1 < points.length; i++) {
      let highest = { after: i, t: 0, loss: NaN, rise: -Infinity };
      for (let k = 1; k <= BETWEEN; k++) {
        const t = k / (BETWEEN + 1);
        const { loss } = await this.evaluator.evaluate(pointAt({ shape: 'polygon', points: [points[i]!, points[i + 1]!] }, t), signal);
        const rise = loss! - ((1 - t) * losses[i]! + t * losses[i + 1]!);
        if (rise > highest.rise) highest = { after: i, t, loss: loss!, rise };
        [low, high] = [Math.min(low, loss!), Math.max(high, loss!)];
      }
      found.push(highest);
    }
    const band = { pivots: [...this.band.pivots], velocities: [...this.band.velocities], losses };
    // From behind, so that places before stay what they were.
    for (const { after, t, loss, rise } of found.reverse()) {
      if (!(rise > INSERT_ABOVE * (high - low))) continue;
      const pivot = pointAt({ shape: 'polygon', points: [points[after]!, points[after + 1]!] }, t);
      band.pivots.splice(after + 1, 0, pivot);
      band.velocities.splice(after + 1, 0, zerosLike(pivot));
      band.losses.splice(after + 1, 0, loss);
    }
    return band;
  }

  async path(): Promise<WeightPath> {
    const points = await Promise.all(this.band.pivots.map(readArrays));
    return { shape: 'polygon', points, knots: lengthKnots(points) };
  }

  async state(): Promise<PathState> {
    const weights: Record<string, Weights> = {};
    const { pivots, velocities, losses } = this.band;
    for (let i = 1; i < pivots.length - 1; i++) {
      weights[`pivot${i}`] = await readArrays(pivots[i]!);
      weights[`velocity${i}`] = await readArrays(velocities[i]!);
    }
    return { step: this.done, weights, numbers: { losses } };
  }

  async dispose(): Promise<void> {
    for (const arrays of [...this.band.pivots, ...this.band.velocities]) freeArrays(arrays);
    await this.program.dispose();
    await this.evaluator.dispose();
  }
}

const inner = (a: Tensors, b: Tensors): Tensor => Object.keys(a).reduce((total, name) => add(total, sum(mul(a[name]!, b[name]!))), constant(0));
const norm = (a: Tensors): Tensor => sqrt(Object.values(a).reduce((total, own) => add(total, sum(square(own))), constant(0)));

function traceStep(problem: LandscapeProblem, { momentum, spring }: BandTraining) {
  const { parameters: specs, ...batchSpecs } = problemSpecs(problem);
  interface Arguments extends BatchTensors {
    before: Tensors;
    own: Tensors;
    after: Tensors;
    velocity: Tensors;
    forwards: Tensor;
    learningRate: Tensor;
  }
  return trace(({ before, own, after, velocity, forwards, learningRate, ...batch }: Arguments) => {
    const [loss, gradient] = valueAndGrad((weights: Tensors) => meanLoss(problem, weights, batch))(own);
    const [coming, going] = [mapTensors(own, (x, name) => sub(x, before[name]!)), mapTensors(own, (x, name) => sub(after[name]!, x))];
    const way = mapTensors(own, (_, name) => add(mul(going[name]!, forwards), mul(coming[name]!, sub(1, forwards))));
    const length = norm(way);
    const tangent = mapTensors(way, (x) => div(x, length));
    const along = inner(gradient, tangent);
    const next = mapTensors(velocity, (v, name) => add(mul(v, momentum), sub(gradient[name]!, mul(tangent[name]!, along))));
    const pull = mul(sub(norm(going), norm(coming)), spring / 2);
    return {
      own: mapTensors(own, (x, name) => add(sub(x, mul(next[name]!, learningRate)), mul(tangent[name]!, pull))),
      velocity: next,
      loss,
    };
  }, { before: specs, own: specs, after: specs, velocity: specs, forwards: spec([]), learningRate: spec([]), ...batchSpecs });
}
