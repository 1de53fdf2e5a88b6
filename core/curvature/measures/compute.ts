import { UserError } from '#core/graph';
import type { CompileOptions } from '#core/runtime';
import { MeasureBench } from './bench';
import { chooseMeasures } from './catalogue';
import { type Measure, type MeasureNeed, measureNeeds, MeasureUnavailable, type MeasureValue } from './measure';
import { NetworkAt } from '../operators/network-at';
import type { MeasureProblem } from './problem';
import { type MeasureSettings, measureSettingsSchema } from './settings';
import { passesOf } from './work';

/** A measure's value, or why it has none. */
export type MeasureResult =
  | ({ readonly id: string; readonly seconds: number; readonly unavailable?: undefined } & MeasureValue)
  | { readonly id: string; readonly seconds: number; readonly unavailable: string };

export interface ComputeMeasuresOptions extends CompileOptions {
  readonly settings?: Partial<MeasureSettings>;
  /** Draws all random vectors. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly id: string; readonly text: string; readonly done: number; readonly all: number }) => void;
  readonly onResult?: (result: MeasureResult) => void;
}

/**
 * Measures of a network at its weights, one after the other; what several of them need is computed once.
 *
 * @throws UserError for unknown names; the signal's reason when it is aborted, between two batches of examples
 */
export async function computeMeasures(problem: MeasureProblem, chosen: readonly Measure[], options: ComputeMeasuresOptions): Promise<MeasureResult[]> {
  const settings = measureSettingsSchema.parse(options.settings ?? {});
  let doing: { id: string; done: number } = { id: '', done: 0 };
  const bench = new MeasureBench(problem, {
    ...options,
    settings,
    seed: options.seed ?? 0,
    onProgress: (text) => options.onProgress?.({ ...doing, text, all: chosen.length }),
  });
  const results: MeasureResult[] = [];
  try {
    for (const [done, measure] of chosen.entries()) {
      options.signal?.throwIfAborted();
      doing = { id: measure.id, done };
      bench.say(measure.title);
      const result = await one(bench, measure);
      results.push(result);
      options.onResult?.(result);
    }
  } finally {
    await bench.dispose();
  }
  return results;
}

/** Measures of a problem by their names, in a line: `await measureNow(problem, ['sam-sharpness', 'hessian-trace'], { device: 'cpu' })`. */
export async function measureNow(problem: MeasureProblem, names: readonly string[], options: ComputeMeasuresOptions): Promise<Readonly<Record<string, MeasureResult>>> {
  const results = await computeMeasures(problem, chooseMeasures(names), options);
  return Object.fromEntries(results.map((result) => [result.id, result]));
}

async function one(bench: MeasureBench, measure: Measure): Promise<MeasureResult> {
  const start = performance.now();
  const done = (): number => (performance.now() - start) / 1000;
  const { id } = measure;
  const lacking = measure.needs.find((need) => !has(bench.problem, need));
  if (lacking !== undefined) return { id, seconds: 0, unavailable: `It needs ${measureNeeds[lacking]}.` };
  try {
    const value = await measure.compute(bench);
    if (!Number.isFinite(value.value)) return { id, seconds: done(), unavailable: `Its value is ${value.value}, no finite number.` };
    return { id, seconds: done(), ...value };
  } catch (error) {
    bench.signal?.throwIfAborted();
    if (error instanceof MeasureUnavailable) return { id, seconds: done(), unavailable: sentence(error.message) };
    // What the curvature cannot be taken of (no parameter, a product that is not finite) is a fact about this network.
    if (error instanceof UserError && error.code.startsWith('curvature.')) return { id, seconds: done(), unavailable: sentence(error.message) };
    throw error;
  }
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

/** Whether a problem has what a measure needs. */
function has(problem: MeasureProblem, need: MeasureNeed): boolean {
  const { x, y } = problem.exampleSpecs;
  switch (need) {
    case 'classes': return problem.classes !== undefined && y.shape.length === 1;
    case 'likelihood': return problem.likelihood === 'categorical' || problem.likelihood === 'bernoulli';
    case 'initial': return problem.initial !== undefined;
    case 'numbers': return x.dtype.startsWith('float') && !problem.tokens;
    case 'vectors': return !problem.tokens;
  }
}

/** Evaluations of all examples that the measures amount to, each work counted once: for an estimate of the time. */
export function measurePasses(chosen: readonly Measure[], settings: Partial<MeasureSettings> = {}): number {
  return passesOf(chosen.flatMap(({ work }) => work), measureSettingsSchema.parse(settings));
}

/** Seconds that one evaluation of all examples takes, from the second of two runs of the first batch. */
export async function timeEvaluation(problem: MeasureProblem, options: CompileOptions): Promise<number> {
  const network = new NetworkAt(problem, options);
  try {
    await network.evaluate(network.centre, { batches: [0] });
    const start = performance.now();
    await network.evaluate(network.centre, { batches: [0] });
    return ((performance.now() - start) / 1000) * problem.batches.length;
  } finally {
    await network.dispose();
  }
}
