import { alignGraphs, populateGraph, toTypedArray, withoutSimplifying } from '#core/graph';
import type { Graph, TypedArray } from '#core/graph';
import type { CompileOptions } from '#core/runtime';
import type { Gauge } from '../contracts';
import type { TrainingData } from '../data';
import type { TrainerOptions } from '../trainer';

/** What a network is trained with, seed and data apart: members with the same numbers share a variant. */
export type Variant = Pick<TrainerOptions, 'model' | 'loss' | 'regularizers' | 'optimizer' | 'schedule' | 'augmentations' | 'metrics' | 'training'>;

/** One network of a population. */
export interface Member {
  /** Draws its first weights, its dropout and its augmentations, and its order of the data where each has its own. */
  seed: number;
  /** Its place among the variants. */
  variant: number;
}

export interface PopulationOptions {
  variants: readonly Variant[];
  members: readonly Member[];
  data: TrainingData;
  /** Seed of the order in which all members see the data; absent: each member's own, by its seed. */
  orderSeed?: number;
  compile: CompileOptions;
  /** As of a single training. */
  sharesMemory?: boolean;
  gauge?: Gauge;
}

/** A graph of every variant in use as one graph for all members, with the numbers in which the members differ. */
export function populated(
  variants: readonly Variant[],
  members: readonly Member[],
  traceOne: (variant: Variant) => Graph,
  own: (name: string) => boolean,
): { graph: Graph; numbers: Record<string, TypedArray> } {
  const used = [...new Set(members.map(({ variant }) => variant))];
  const traces = (): Graph[] => used.map((variant) => traceOne(variants[variant]!));
  const aligned = alignGraphs(traces()) ?? alignGraphs(withoutSimplifying(traces));
  if (aligned === undefined) throw new Error('the members of a group have different programs');
  const { graph, differing } = aligned;
  const places = members.map(({ variant }) => used.indexOf(variant));
  const numbers = Object.fromEntries(differing.map(({ name, dtype, values }) =>
    [name, toTypedArray(places.flatMap((place) => Array.from(values[place]!)), dtype)]));
  return { graph: populateGraph(graph, members.length, (name) => own(name) || name in numbers), numbers };
}

/** `[size, ...shape]` of every entry. */
export function stackedShapes<S extends { shape: readonly number[] }>(shapes: Readonly<Record<string, S>>, size: number): Record<string, { shape: readonly number[] }> {
  return Object.fromEntries(Object.entries(shapes).map(([name, { shape }]) => [name, { shape: [size, ...shape] }]));
}
