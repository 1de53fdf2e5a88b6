import type { TypedArray } from '#core/graph';
import type { StateTensor } from './state';

/** The network's outputs on the examples of the epoch under way, in the order of the steps: for the metrics of training. */
export class EpochRecord {
  readonly #width: number;
  readonly #outputs: Float32Array;
  /** Examples entered. */
  count = 0;

  /** @param width numbers of one output */
  constructor(examples: number, width: number) {
    this.#width = width;
    this.#outputs = new Float32Array(examples * width);
  }

  /** Enters a step's outputs `[batch, width]`. */
  add(outputs: TypedArray): void {
    this.#outputs.set(outputs as Float32Array, this.count * this.#width);
    this.count += outputs.length / this.#width;
  }

  /** `[count, width]` */
  get outputs(): Float32Array {
    return this.#outputs.subarray(0, this.count * this.#width);
  }

  clear(): void {
    this.count = 0;
  }

  state(): Record<string, StateTensor> {
    return { outputs: { shape: [this.count, this.#width], data: this.outputs.slice() } };
  }

  restore(state: Readonly<Record<string, StateTensor>>): void {
    this.count = 0;
    if (state['outputs'] !== undefined) this.add(state['outputs'].data);
  }
}
