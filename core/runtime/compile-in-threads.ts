import type { Graph } from '#core/graph';
import { compile } from './compile';
import { ComputeThread } from './onnx/threads/compute-thread';
import type { CompileOptions, Program } from './program';

/**
 * The same program several times, each on one core in a thread of its own, for runs that have nothing to do with each other; once, in this thread and with all cores, where
 * `count` is 1. What one of them makes is fed to programs of the same place in the list.
 *
 * @throws UserError as `compile` does
 */
export async function compileInThreads(graph: Graph, options: CompileOptions, count: number): Promise<readonly Program[]> {
  if (count === 1) return [await compile(graph, options)];
  const [first, ...others] = ComputeThread.several(count).map((thread) => ({ ...options, threads: 1, thread }));
  // What the first one is compiled to may be kept, and the others then read it.
  const program = await compile(graph, first!);
  const ends = await Promise.allSettled(others.map((each) => compile(graph, each)));
  const programs = [program, ...ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []))];
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed === undefined) return programs;
  for (const each of programs) await each.dispose();
  throw failed.reason;
}
