import type { MeasuredExamples } from '#core/blocks';
import { makeOperator, moved, NetworkAt, type CurvatureProblem, type LinearOperator, type LossAndGradient, type OperatorName, type Vector } from '#core/curvature';
import type { PreparedDataset } from '#core/data';
import { UserError } from '#core/graph';
import type { CompileOptions } from '#core/runtime';
import { stepsPerEpoch, type Gauge, type Measurement, type StateTensor } from '#core/train';
import type { RunParts } from '../compose';
import { curvatureProblem } from '../curvature/problem';
import { examplesAtOnce } from '../examples-at-once';
import { partOf, subsetOf } from '../run-data';
import { isTaken, type PlannedMeasure } from './plan';

type Tensors = Readonly<Record<string, StateTensor>>;

export interface GaugeOptions {
  /** The networks that are measured; of a population, one entry a combination of numbers. */
  parts: readonly RunParts[];
  data: PreparedDataset;
  compile: CompileOptions;
  /** The parameters before the first step. Asked for when training has begun. */
  first: (member: number) => Tensors;
  /** Which of the parts a member is of. */
  partOf?: (member: number) => number;
}

/**
 * Measures a run while it trains, as its specification says; none where it says nothing. The loss is the run's own without penalties, on the
 * run's device; programs are compiled once, for networks and losses that are the same together.
 */
export function gaugeOf(options: GaugeOptions): Gauge | undefined {
  return options.parts[0]!.measures.length === 0 ? undefined : new RunGauge(options);
}

class RunGauge implements Gauge {
  readonly #options: GaugeOptions;
  readonly #totalSteps: number;
  readonly #benches = new Map<string, Bench>();
  readonly #firsts = new Map<number, Vector>();

  constructor(options: GaugeOptions) {
    const { data, training } = options.parts[0]!;
    this.#options = options;
    this.#totalSteps = stepsPerEpoch(data.train.count, training.batchSize) * training.epochs;
  }

  due(step: number): boolean {
    return this.#options.parts[0]!.measures.some((planned) => isTaken(planned, step, this.#totalSteps));
  }

  async take({ step, learningRate, parameters, buffers, member = 0, signal }: Parameters<Gauge['take']>[0]): Promise<Measurement[]> {
    const parts = this.#options.parts[this.#options.partOf?.(member) ?? 0]!;
    const weights = flat(parts, parameters);
    const first = this.#first(parts, member);
    const found: Measurement[] = [];
    for (const planned of parts.measures) {
      if (!isTaken(planned, step, this.#totalSteps)) continue;
      const bench = planned.measure.examples && this.#bench(parts, planned.measure.examples);
      await bench?.move({ ...parameters, ...buffers });
      found.push(...await this.#figures(planned, parts, bench, { weights, first, learningRate, signal }));
    }
    return found;
  }

  async #figures(
    { name, measure }: PlannedMeasure, parts: RunParts, bench: Bench | undefined, at: { weights: Vector; first: Vector; learningRate: number; signal: AbortSignal | undefined },
  ): Promise<Measurement[]> {
    const none = (): never => {
      throw new Error(`the measure ${name} says nothing of its examples`);
    };
    const stableCurvature = measure.examples && boundOf(parts, measure.examples, at.learningRate);
    try {
      const figures = await measure.take({
        weights: at.weights,
        first: at.first,
        operator: (matrix) => bench?.operator(matrix) ?? none(),
        gradient: () => bench?.gradient(at.signal) ?? none(),
        loss: (offset) => bench?.loss(offset, at.signal) ?? none(),
        ...(stableCurvature !== undefined && { stableCurvature }),
        ...(at.signal && { signal: at.signal }),
      });
      return figures.map(({ suffix, ...figure }) => ({ name: suffix === undefined ? name : `${name}.${suffix}`, ...figure }));
    } catch (error) {
      // Weights from which the loss overflows: the training tells of that itself.
      if (error instanceof UserError && error.code === 'curvature.not-finite') return [{ name, value: NaN, converged: false }];
      throw error;
    }
  }

  /** The loss of one network on one choice of examples, whose weights can be moved. */
  #bench(parts: RunParts, examples: MeasuredExamples): Bench {
    const { model, loss, weights } = parts.specification;
    const key = JSON.stringify([model, loss, weights, examples]);
    let bench = this.#benches.get(key);
    if (bench === undefined) this.#benches.set(key, (bench = new Bench(parts, this.#options.data, examples, this.#options.compile)));
    return bench;
  }

  #first(parts: RunParts, member: number): Vector {
    let first = this.#firsts.get(member);
    if (first === undefined) this.#firsts.set(member, (first = flat(parts, this.#options.first(member))));
    return first;
  }

  async dispose(): Promise<void> {
    for (const bench of this.#benches.values()) await bench.dispose();
    this.#benches.clear();
  }
}

/** Up to which curvature a run's steps are stable, where the loss that is measured bends as the one that is trained on. */
function boundOf({ model, optimizer, regularizers }: RunParts, { split, batchNorm }: MeasuredExamples, learningRate: number): number | undefined {
  const asTrained = split === 'train' && regularizers.length === 0 && (batchNorm === 'batch' || Object.keys(model.buffers).length === 0);
  return asTrained && learningRate > 0 ? optimizer.stableCurvature?.(learningRate) : undefined;
}

/** All parameters in one vector, in the order of the network. */
function flat({ model, parameters }: RunParts, tensors: Tensors): Vector {
  const whole = new Float32Array(parameters);
  let offset = 0;
  for (const name of Object.keys(model.parameters)) {
    const data = tensors[name]!.data as Float32Array;
    whole.set(data, offset);
    offset += data.length;
  }
  return whole;
}

/** A problem whose weights are moved in place, with what was compiled for it. */
class Bench {
  readonly #tensors: Record<string, { shape: readonly number[]; data: Float32Array }>;
  readonly #problem: CurvatureProblem;
  readonly #compile: CompileOptions;
  readonly #network: NetworkAt;
  readonly #operators = new Map<OperatorName, Promise<LinearOperator>>();

  constructor(parts: RunParts, data: PreparedDataset, { split, subset, seed, batchNorm, leastBatches }: MeasuredExamples, compile: CompileOptions) {
    const shapes: Record<string, { shape: readonly number[] }> = { ...parts.model.parameters, ...parts.model.buffers };
    this.#tensors = Object.fromEntries(Object.entries(shapes).map(([name, { shape }]) => [name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }]));
    this.#compile = compile;
    this.#problem = curvatureProblem(parts, data, this.#tensors, { split, batchNorm, subset: subsetOf(partOf(data, split), subset, seed), ...examplesAtOnce({ parts, data, compile }, batchNorm, 'product'), ...(leastBatches !== undefined && { leastBatches }) });
    this.#network = new NetworkAt(this.#problem, compile);
  }

  async move(tensors: Tensors): Promise<void> {
    for (const [name, { data }] of Object.entries(this.#tensors)) data.set(tensors[name]!.data as Float32Array);
    for (const [name, made] of this.#operators) {
      const operator = await made;
      if (operator.moveTo) operator.moveTo(this.#problem);
      else {
        this.#operators.delete(name);
        await operator.dispose();
      }
    }
  }

  operator(name: OperatorName): Promise<LinearOperator> {
    let operator = this.#operators.get(name);
    if (operator === undefined) this.#operators.set(name, (operator = makeOperator(this.#problem, name, this.#compile)));
    return operator;
  }

  gradient(signal: AbortSignal | undefined): Promise<LossAndGradient> {
    return this.#network.gradient(this.#network.centre, { signal });
  }

  async loss(offset: Vector | undefined, signal: AbortSignal | undefined): Promise<number> {
    const { centre } = this.#network;
    return (await this.#network.evaluate(offset === undefined ? centre : moved(centre, offset), { signal })).loss;
  }

  async dispose(): Promise<void> {
    for (const operator of this.#operators.values()) await (await operator).dispose();
    await this.#network.dispose();
  }
}
