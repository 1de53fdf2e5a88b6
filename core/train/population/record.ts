import type { TypedArray } from '#core/graph';
import type { StateTensor } from '../state';

/** The outputs of every slot on the examples of the epoch under way, in the order of the steps. */
export class PopulationRecord {
  readonly #examples: number;
  readonly #width: number;
  #slots: number;
  #outputs: Float32Array;
  /** Examples entered. */
  count = 0;

  constructor(slots: number, examples: number, width: number) {
    this.#slots = slots;
    this.#examples = examples;
    this.#width = width;
    this.#outputs = new Float32Array(slots * examples * width);
  }

  /** Enters a step's outputs `[slots, batch, width]`. */
  add(outputs: TypedArray): void {
    const size = outputs.length / this.#slots;
    const row = this.#examples * this.#width;
    const begin = this.count * this.#width;
    for (let slot = 0; slot < this.#slots; slot++) {
      this.#outputs.set((outputs as Float32Array).subarray(slot * size, (slot + 1) * size), slot * row + begin);
    }
    this.count += size / this.#width;
  }

  /** `[count, width]` of one slot. */
  of(slot: number): Float32Array {
    const begin = slot * this.#examples * this.#width;
    return this.#outputs.subarray(begin, begin + this.count * this.#width);
  }

  clear(): void {
    this.count = 0;
  }

  /** Makes room for another number of slots; what was entered is dropped. */
  resize(slots: number): void {
    this.clear();
    if (slots === this.#slots) return;
    this.#slots = slots;
    this.#outputs = new Float32Array(slots * this.#examples * this.#width);
  }

  state(): Record<string, StateTensor> {
    const data = new Float32Array(this.#slots * this.count * this.#width);
    for (let slot = 0; slot < this.#slots; slot++) data.set(this.of(slot), slot * this.count * this.#width);
    return { outputs: { shape: [this.#slots, this.count, this.#width], data } };
  }

  restore(state: Readonly<Record<string, StateTensor>>): void {
    this.count = 0;
    const outputs = state['outputs'];
    if (outputs !== undefined && outputs.data.length > 0) this.add(outputs.data);
  }
}
