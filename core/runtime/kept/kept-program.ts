import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync } from 'node:fs';
import type { Graph } from '#core/graph';
import type { MemoryEstimate } from '../cost/memory';
import type { CompileOptions } from '../program';
import { circumstances } from './circumstances';
import { describeGraph } from './graph-text';
import { keptPrograms, stopKeeping } from './place';
import { LARGEST_PROGRAM, type ProgramStore, type StoredProgram } from './store';

/** Nodes from which on reading a program is worth it: below, compiling takes about as long. */
const LEAST_NODES = 100;

/** The place of one program among those that are kept. */
export class KeptProgram {
  private constructor(
    private readonly store: ProgramStore,
    private readonly key: string,
  ) {}

  /** `undefined` where this program is not to be kept: no folder, another device than the processor, a small graph. */
  static async of(graph: Graph, { device, threads, profile, sealed }: CompileOptions): Promise<KeptProgram | undefined> {
    const store = device === 'cpu' && profile === undefined ? keptPrograms() : undefined;
    if (store === undefined) return undefined;
    const hash = createHash('sha256');
    const nodes = describeGraph(graph, hash);
    if (nodes === undefined || nodes < LEAST_NODES) return undefined;
    hash.update(`${await circumstances()}\nthreads ${threads ?? 'all'}`);
    for (const { name } of [...graph.inputs, ...graph.outputs]) if (sealed?.has(name) === true) hash.update(`\nsealed ${name}`);
    return new KeptProgram(store, hash.digest('hex'));
  }

  /** The program, if it was kept and is undamaged. */
  read(): StoredProgram | undefined {
    try {
      return this.store.read(this.key);
    } catch (error) {
      stopKeeping(error);
      return undefined;
    }
  }

  /** For a program that turned out unusable. */
  remove(): void {
    this.store.remove(this.key);
  }

  /**
   * Compiles a program and keeps what ONNX Runtime made of its model.
   *
   * @param compile writes the optimized model to the path that it is given, if it is
   */
  async keep<T>(compile: (path?: string) => Promise<T>, { total, intermediates, constants }: MemoryEstimate): Promise<T> {
    if (constants > LARGEST_PROGRAM) return compile();
    let path: string;
    try {
      path = this.store.temporary();
    } catch (error) {
      stopKeeping(error);
      return compile();
    }
    let result: T;
    try {
      result = await compile(path);
    } catch (error) {
      rmSync(path, { force: true });
      // Whether it was the file's fault shows without it; if not, this throws what is wrong.
      result = await compile();
      stopKeeping(error);
      return result;
    }
    try {
      if (statSync(path).size <= LARGEST_PROGRAM) this.store.write(this.key, { model: readFileSync(path), memory: { total, intermediates } });
    } catch (error) {
      stopKeeping(error);
    } finally {
      rmSync(path, { force: true });
    }
    return result;
  }
}
