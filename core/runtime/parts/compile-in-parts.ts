import { setImmediate } from 'node:timers/promises';
import { bytesPerElement, type Graph, sizeOf } from '#core/graph';
import { compile } from '../compile';
import { checkNoStrangers, pickFeeds } from '../feeds';
import { availableBytes } from '../host-memory';
import { longestRun } from '../longest-run';
import { sealable } from '../onnx/sealable';
import type { CompileOptions, DeviceArray, Feed, Program } from '../program';
import { cutGraph, type Part } from './cut';

/** A program that can be stopped on its way, where it is long. */
export interface InterruptibleProgram extends Program {
  /** Throws the signal's reason when it is aborted, between two parts; a program of one part does not look at it. */
  run(feeds: Readonly<Record<string, Feed>>, signal?: AbortSignal): Promise<Record<string, DeviceArray>>;
}

/** Runs that a part may take the place of: shorter parts carry more over. */
const RUNS = 2;

/**
 * Makes a graph runnable on a device, in parts of which each takes no longer than a stop should take to be heard: for what cannot be computed from fewer examples at a time, such as anything with
 * BatchNorm's own statistics of a batch. The parts are those of the graph, whenever it is compiled. A graph that is short enough is compiled as it is.
 *
 * @param longest floating-point operations of a part
 * @throws UserError as `compile` does
 */
export async function compileInParts(graph: Graph, options: CompileOptions, longest = RUNS * longestRun(options.device)): Promise<InterruptibleProgram> {
  const parts = longest === Infinity ? [] : cutGraph(graph, longest);
  if (parts.length < 2) return compile(graph, options);
  // What is carried from part to part is held by the program as long as it lives.
  const carried = parts.map(({ graph: { inputs, outputs } }) => new Set([...inputs, ...outputs].map(({ name }) => name)));
  const bytes = new Map(parts.flatMap(({ graph: { outputs }, carried: names }) => outputs.filter(({ name }) => names.includes(name)).map(({ name, tensor: { shape, dtype } }) => [name, sizeOf(shape) * bytesPerElement(dtype)] as const)));
  const held = (own: ReadonlySet<string>): number => [...bytes].reduce((sum, [name, size]) => sum + (own.has(name) ? 0 : size), 0);
  const available = availableBytes(options);
  const sealed = new Set<string>();
  for (const part of parts) for (const name of await sealable(part.graph, options.device)) if (part.carried.includes(name)) sealed.add(name);
  const programs: Program[] = [];
  try {
    for (const [at, part] of parts.entries()) programs.push(await compile(part.graph, { ...options, sealed, memoryLimit: available - held(carried[at]!) }));
  } catch (error) {
    for (const program of programs) await program.dispose();
    throw error;
  }
  return new ProgramInParts(graph, parts, programs);
}

class ProgramInParts implements InterruptibleProgram {
  constructor(
    readonly graph: Graph,
    private readonly parts: readonly Part[],
    private readonly programs: readonly Program[],
  ) {}

  async run(feeds: Readonly<Record<string, Feed>>, signal?: AbortSignal): Promise<Record<string, DeviceArray>> {
    checkNoStrangers(this.graph, feeds);
    const made = new Map<string, DeviceArray>();
    try {
      for (const [at, { done }] of this.parts.entries()) {
        // Whoever stops it has to get a turn.
        await setImmediate();
        signal?.throwIfAborted();
        const program = this.programs[at]!;
        for (const [name, array] of Object.entries(await program.run(pickFeeds({ ...feeds, ...Object.fromEntries(made) }, program.graph)))) made.set(name, array);
        for (const name of done) {
          made.get(name)!.dispose();
          made.delete(name);
        }
      }
    } catch (error) {
      for (const array of made.values()) array.dispose();
      throw error;
    }
    return Object.fromEntries(this.graph.outputs.map(({ name }) => [name, made.get(name)!]));
  }

  async dispose(): Promise<void> {
    for (const program of this.programs) await program.dispose();
  }
}
