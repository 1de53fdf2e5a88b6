import { spec, streamKey } from '#core/graph';
import type { Graph, TypedArray } from '#core/graph';
import { targetOf } from './data';
import type { TrainingData } from './data';
import { traceStep } from './step';
import type { StepParts, StepShapes } from './step';

/** The three trees that a step takes and gives anew. */
export const stateGroups = ['parameters', 'buffers', 'optimizer'] as const;
export type StateGroup = (typeof stateGroups)[number];

/** What a session must know of the step that it runs: one network's, or a population's. */
export interface StepSource {
  shapes: Record<StateGroup, Readonly<Record<string, { shape: readonly number[] }>>>;
  /**
   * The step's graph (as `traceStep` describes it) for so many rows, picked among `examples`, with the names of its random
   * streams and the numbers it is fed at every step alike.
   */
  trace(rows: number, examples: number): { graph: Graph; streams: readonly string[]; numbers: Readonly<Record<string, TypedArray>> };
  /** The key of a random stream at a step. */
  key(stream: string, step: number): Int32Array;
}

/** The shapes that `traceStep` asks for. */
export function stepShapes(data: Pick<TrainingData, 'task' | 'exampleShape' | 'targets'>, batch: number, examples: number): StepShapes {
  const { shape, dtype } = targetOf(data);
  return { examples, batch, exampleShape: data.exampleShape, target: spec([examples, ...shape], dtype) };
}

/** The step of one network. */
export function singleStep(parts: StepParts, data: TrainingData, seed: number): StepSource {
  const { model, optimizer } = parts;
  return {
    shapes: { parameters: model.parameters, buffers: model.buffers, optimizer: optimizer.initialState(model.parameters) },
    trace: (rows, examples) => ({ ...traceStep(parts, stepShapes(data, rows, examples)), numbers: {} }),
    key: (stream, step) => streamKey(seed, stream, step),
  };
}
