import type { TypedArray } from '#core/graph';
import { compile } from '#core/runtime';
import type { CompileOptions, DeviceArray, Feed, Program } from '#core/runtime';
import { locateNonFinite } from './locate';
import type { TrainingData } from './data';
import type { StateTensor } from './state';
import type { StateGroup, StepSource } from './step-source';

/** What a step leaves behind beside the new state; still on the device. */
export interface StepResult {
  loss: DeviceArray;
  gradientNorm: DeviceArray;
  output: DeviceArray;
}

interface Compiled {
  program: Program;
  streams: readonly string[];
  /** What this program is fed at every step alike. */
  numbers: Readonly<Record<string, TypedArray>>;
}

/**
 * The training state on the device, and the compiled step that moves it. The state never leaves the device between steps;
 * a program is compiled once for each batch size (the common one, and the last of an epoch).
 */
export class StepSession {
  readonly #source: StepSource;
  readonly #data: TrainingData;
  readonly #compile: CompileOptions;
  readonly #sharesMemory: boolean;
  readonly #programs = new Map<number, Promise<Compiled>>();
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

  /** Compiles the step for a number of examples before it is needed. */
  prepare(rows: number): Promise<Compiled> {
    let compiled = this.#programs.get(rows);
    if (compiled === undefined) {
      compiled = this.#build(rows);
      this.#programs.set(rows, compiled);
    }
    return compiled;
  }

  async #build(rows: number): Promise<Compiled> {
    const { graph, streams, numbers } = this.#source.trace(rows, this.#sharesMemory ? this.#data.train.count : rows);
    return { program: await compile(graph, this.#compile), streams, numbers };
  }

  /**
   * One step on these examples.
   *
   * @param step its number, 1 for the first of the training
   */
  async step(rows: Int32Array, step: number, learningRate: Float32Array): Promise<StepResult> {
    const compiled = await this.prepare(rows.length);
    const result = await compiled.program.run({ ...this.#state, ...this.#given(compiled, rows, step, learningRate) });
    for (const key of Object.keys(this.#state)) {
      release(this.#state[key]);
      this.#state[key] = result[key]!;
    }
    return { loss: result['loss']!, gradientNorm: result['gradientNorm']!, output: result['output']! };
  }

  /** Whatever a step is fed besides the state. */
  #given({ streams, numbers }: Compiled, rows: Int32Array, step: number, learningRate: Float32Array): Record<string, Feed> {
    const feeds: Record<string, Feed> = { ...this.#examples(rows), ...numbers, learningRate, step: Float32Array.of(step) };
    for (const stream of streams) feeds[`random.${stream}`] = this.#source.key(stream, step);
    return feeds;
  }

  /** A copy of the whole state as programs take it. */
  async snapshot(): Promise<Record<string, TypedArray>> {
    const entries = Object.entries(this.#state).map(async ([key, value]) => [key, ArrayBuffer.isView(value) ? value.slice() : await value.read()] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  /** Computes a step again from the state before it, and says which op made the first number that is not finite. */
  async locate(before: Readonly<Record<string, TypedArray>>, rows: Int32Array, step: number, learningRate: Float32Array): Promise<string> {
    const compiled = await this.prepare(rows.length);
    const { graph } = this.#source.trace(rows.length, this.#sharesMemory ? this.#data.train.count : rows.length);
    return locateNonFinite(graph, { ...before, ...this.#given(compiled, rows, step, learningRate) } as Record<string, TypedArray>, this.#compile);
  }

  #examples(rows: Int32Array): { x: Feed; y: Feed; rows: Feed } {
    const { x, y, count } = this.#data.train;
    if (this.#sharesMemory) return { x, y, rows };
    return { x: pick(x, rows, x.length / count), y: pick(y, rows, y.length / count), rows: Int32Array.from(rows.keys()) };
  }

  async dispose(): Promise<void> {
    for (const value of Object.values(this.#state)) release(value);
    this.#state = {};
    for (const compiled of this.#programs.values()) await (await compiled).program.dispose();
    this.#programs.clear();
  }
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
