import type { TypedArray } from '#core/graph';
import { compile, prepare } from '#core/runtime';
import type { CompileOptions, DeviceArray, Feed, Program } from '#core/runtime';
import { chunkGraph } from './chunk';
import { chunkLength } from './chunk-length';
import { locateNonFinite } from './locate';
import type { TrainingData } from './data';
import type { StateTensor } from './state';
import type { StateGroup, StepSource } from './step-source';

/** What a step, or each of a chunk, leaves behind beside the new state; still on the device. */
export interface StepResult {
  count: number;
  loss: DeviceArray;
  gradientNorm: DeviceArray;
  output: DeviceArray;
}

/** The same of one step, as numbers. */
export interface StepNumbers {
  loss: TypedArray;
  gradientNorm: TypedArray;
  output: TypedArray;
}

/** Some steps to do in one go. */
export interface StepsToDo {
  count: number;
  /** Examples of the steps, one step's after another's. */
  rows: Int32Array;
  /** Number of the first step, 1 for the first of the training. */
  step: number;
  /** One step's after another's. */
  learningRate: Float32Array;
}

type Traced = ReturnType<StepSource['trace']>;

interface Compiled {
  program: Program;
  traced: Traced;
}

/**
 * The training state on the device, and the compiled steps that move it. The state never leaves the device between steps;
 * a program is compiled once for each batch size (the common one, and the last of an epoch) and for a chunk of steps.
 */
export class StepSession {
  readonly #source: StepSource;
  readonly #data: TrainingData;
  readonly #compile: CompileOptions;
  readonly #sharesMemory: boolean;
  readonly #traces = new Map<number, Traced>();
  readonly #programs = new Map<string, Promise<Compiled>>();
  #state: Record<string, Feed> = {};

  /**
   * @param options.sharesMemory the device reads the host's memory: the whole training part is fed to every step, at no cost,
   *   and the step picks its examples; otherwise the host picks them and only they travel
   */
  constructor(options: { source: StepSource; data: TrainingData; compile: CompileOptions; sharesMemory: boolean }) {
    this.#source = options.source;
    this.#data = options.data;
    this.#compile = options.compile;
    this.#sharesMemory = options.sharesMemory;
  }

  /** Puts numbers in the place of the state. */
  load(group: StateGroup, values: Readonly<Record<string, TypedArray>>): void {
    for (const name of Object.keys(this.#source.shapes[group])) {
      const key = `${group}.${name}`;
      release(this.#state[key]);
      this.#state[key] = values[name]!;
    }
  }

  /** The weights as other programs take them; valid until the next step. */
  get weights(): Record<string, Feed> {
    return Object.fromEntries(Object.entries(this.#state).filter(([key]) => !key.startsWith('optimizer.')));
  }

  /** A copy of a part of the state. */
  async read(group: StateGroup): Promise<Record<string, StateTensor>> {
    const result: Record<string, StateTensor> = {};
    for (const [name, { shape }] of Object.entries(this.#source.shapes[group])) {
      const value = this.#state[`${group}.${name}`]!;
      result[name] = { shape, data: ArrayBuffer.isView(value) ? value.slice() : await value.read() };
    }
    return result;
  }

  /** How many steps of so many examples one program should do at a time (`chunkLength`). */
  chunkLength(rows: number, whole: number, epochs: number): number {
    return chunkLength(this.#trace(rows).graph, this.#compile.device, whole, epochs);
  }

  /** Compiles the step for a number of examples, or a chunk of such steps, before it is needed. */
  prepare(rows: number, count = 1): Promise<Compiled> {
    const key = `${rows} x ${count}`;
    let compiled = this.#programs.get(key);
    if (compiled === undefined) {
      compiled = this.#build(rows, count);
      this.#programs.set(key, compiled);
    }
    return compiled;
  }

  #trace(rows: number): Traced {
    let traced = this.#traces.get(rows);
    if (traced === undefined) {
      traced = this.#source.trace(rows, this.#sharesMemory ? this.#data.train.count : rows);
      this.#traces.set(rows, traced);
    }
    return traced;
  }

  async #build(rows: number, count: number): Promise<Compiled> {
    const traced = this.#trace(rows);
    if (count === 1) return { program: await compile(traced.graph, this.#compile), traced };
    const changing = new Set(['learningRate', 'step', ...(this.#sharesMemory ? ['rows'] : ['x', 'y'])]);
    // Prepared as a single step is before the loop is put around it: what simplifies then rounds otherwise.
    const { graph } = chunkGraph(prepare(traced.graph, this.#compile.device), count, (name) => changing.has(name) || name.startsWith('random.'));
    return { program: await compile(graph, this.#compile), traced };
  }

  /** One step, or a chunk of them in one run of a program. The numbers are the same. */
  async run(steps: StepsToDo): Promise<StepResult> {
    const { program, traced } = await this.prepare(steps.rows.length / steps.count, steps.count);
    const result = await program.run({ ...this.#state, ...this.#given(traced, steps) });
    for (const key of Object.keys(this.#state)) {
      release(this.#state[key]);
      this.#state[key] = result[key]!;
    }
    return { count: steps.count, loss: result['loss']!, gradientNorm: result['gradientNorm']!, output: result['output']! };
  }

  /** Whatever steps are fed besides the state; what differs between them lies one step's after another's. */
  #given({ streams, numbers }: Traced, { count, rows, step, learningRate }: StepsToDo): Record<string, TypedArray> {
    const each = Array.from({ length: count }, (_, i) => step + i);
    const feeds: Record<string, TypedArray> = { ...this.#examples(rows, count), ...numbers, learningRate, step: Float32Array.from(each) };
    for (const stream of streams) feeds[`random.${stream}`] = joined(each.map((number) => this.#source.key(stream, number)));
    return feeds;
  }

  /** A copy of the whole state as programs take it. */
  async snapshot(): Promise<Record<string, TypedArray>> {
    const entries = Object.entries(this.#state).map(async ([key, value]) => [key, ArrayBuffer.isView(value) ? value.slice() : await value.read()] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  /** Computes a step again from the state before it, and says which op made the first number that is not finite. */
  locate(before: Readonly<Record<string, TypedArray>>, step: StepsToDo): Promise<string> {
    const traced = this.#trace(step.rows.length);
    return locateNonFinite(traced.graph, { ...before, ...this.#given(traced, step) }, this.#compile);
  }

  #examples(rows: Int32Array, count: number): { x: TypedArray; y: TypedArray; rows: TypedArray } {
    const { x, y, count: examples } = this.#data.train;
    if (this.#sharesMemory) return { x, y, rows };
    return { x: pick(x, rows, x.length / examples), y: pick(y, rows, y.length / examples), rows: Int32Array.from({ length: rows.length / count }, (_, i) => i) };
  }

  async dispose(): Promise<void> {
    for (const value of Object.values(this.#state)) release(value);
    this.#state = {};
    for (const compiled of this.#programs.values()) await (await compiled).program.dispose();
    this.#programs.clear();
    this.#traces.clear();
  }
}

/** Fetches what steps left behind, step by step, and gives the memory back. */
export async function takeNumbers({ count, ...arrays }: StepResult): Promise<StepNumbers[]> {
  const { loss, gradientNorm, output } = { loss: await arrays.loss.read(), gradientNorm: await arrays.gradientNorm.read(), output: await arrays.output.read() };
  for (const array of Object.values(arrays)) array.dispose();
  const part = (all: TypedArray, i: number): TypedArray => all.subarray((i * all.length) / count, ((i + 1) * all.length) / count);
  return Array.from({ length: count }, (_, i) => ({ loss: part(loss, i), gradientNorm: part(gradientNorm, i), output: part(output, i) }));
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Rows of `width` numbers, in the given order. */
function pick<A extends Float32Array | Int32Array>(array: A, rows: Int32Array, width: number): A {
  const picked = (array instanceof Int32Array ? new Int32Array(rows.length * width) : new Float32Array(rows.length * width)) as A;
  rows.forEach((row, i) => picked.set(array.subarray(row * width, (row + 1) * width), i * width));
  return picked;
}

function release(feed: Feed | undefined): void {
  if (feed !== undefined && !ArrayBuffer.isView(feed)) feed.dispose();
}
