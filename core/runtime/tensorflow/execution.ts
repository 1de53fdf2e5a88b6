import type * as TensorFlow from '@tensorflow/tfjs-core';
import { type Tensor, UserError } from '#core/graph';
import type { Backend } from './library';
import { lowerings } from './lower';
import { type Part, PlanBuilder, type Slot, type Step } from './plan';

/** A list of steps from input tensors to output tensors, with the places where each value is needed for the last time. */
export class Plan implements Part {
  readonly #inputs: readonly Slot[];
  readonly #outputs: readonly Slot[];
  readonly #slots: number;
  readonly #steps: readonly (Step & { readonly frees: readonly Slot[] })[];
  readonly #constants: readonly (readonly [Slot, TensorFlow.Tensor])[];
  readonly #parts: readonly Part[];

  /** @throws MissingKernel when the backend, which must be active, lacks a kernel */
  constructor(tf: typeof TensorFlow, readonly backend: Backend, inputs: readonly Tensor[], outputs: readonly Tensor[]) {
    const builder = new PlanBuilder(tf, backend, lowerings, outputs, (ins, outs) => new Plan(tf, backend, ins, outs));
    this.#inputs = inputs.map((x) => {
      const slot = builder.slot();
      builder.bind(x, slot);
      return slot;
    });
    const taken = new Set<Slot>();
    this.#outputs = outputs.map((x) => {
      const value = builder.lower(x);
      const made = builder.steps.some((step) => step.outputs.includes(value));
      // Every output owns its tensor: an input, a constant or another output is handed out as a tensor of its own.
      const slot = made && !taken.has(value) ? value : builder.emit('Identity', { x: value });
      taken.add(slot);
      return slot;
    });
    const lastUse = new Map<Slot, number>();
    builder.steps.forEach((step, i) => {
      for (const slot of [...step.inputs, ...step.outputs]) lastUse.set(slot, i);
    });
    this.#steps = builder.steps.map((step, i) => ({
      ...step,
      frees: [...new Set([...step.inputs, ...step.outputs])].filter((slot) => lastUse.get(slot) === i && !taken.has(slot)),
    }));
    this.#constants = builder.constants.map(({ slot, data, shape, kind }) => [slot, tf.tensor(data, [...shape], kind)]);
    this.#slots = builder.slots;
    this.#parts = builder.parts;
  }

  /** The outputs, which are the caller's to dispose of; the inputs stay the caller's. A failure leaves nothing behind. */
  run(inputs: readonly TensorFlow.Tensor[]): TensorFlow.Tensor[] {
    const values = new Array<TensorFlow.Tensor | undefined>(this.#slots);
    const owned = new Set<TensorFlow.Tensor>();
    this.#inputs.forEach((slot, i) => (values[slot] = inputs[i]));
    for (const [slot, tensor] of this.#constants) values[slot] = tensor;
    try {
      for (const step of this.#steps) {
        const results = runStep(step, step.inputs.map((slot) => values[slot]!));
        step.outputs.forEach((slot, i) => {
          values[slot] = results[i]!;
          owned.add(results[i]!);
        });
        for (const slot of step.frees) {
          const tensor = values[slot]!;
          values[slot] = undefined;
          if (owned.delete(tensor)) tensor.dispose();
        }
      }
      const results = this.#outputs.map((slot) => values[slot]!);
      for (const tensor of results) owned.delete(tensor);
      return results;
    } finally {
      for (const tensor of owned) tensor.dispose();
    }
  }

  dispose(): void {
    for (const [, tensor] of this.#constants) if (!tensor.isDisposed) tensor.dispose();
    for (const part of this.#parts) part.dispose();
  }
}

function runStep(step: Step, tensors: readonly TensorFlow.Tensor[]): readonly TensorFlow.Tensor[] {
  try {
    return step.run(tensors);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new UserError('tensorflow.run', `${step.op}: ${message}`, { cause: error });
  }
}
