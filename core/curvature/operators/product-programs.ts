import type { Graph } from '#core/graph';
import { compileInThreads, type CompileOptions, type Feed, pickFeeds, type Program } from '#core/runtime';
import type { Arrays, StillPart } from './still-part';

/**
 * The programs of a product with so many vectors: for batches whose still part is kept, one that reads it; for the others one of the whole, which neither writes nor
 * reads all that lies between the parts. Each is made when a batch first needs it, once for every lane.
 */
export class ProductPrograms {
  #moving: Promise<readonly Program[]> | undefined;
  #whole: Promise<readonly Program[]> | undefined;

  private constructor(
    private readonly graph: Graph,
    private readonly rest: Graph,
    private readonly still: StillPart,
    private readonly options: CompileOptions,
    private readonly lanes: number,
  ) {}

  static async of(graph: Graph, still: StillPart, options: CompileOptions, lanes: number): Promise<ProductPrograms> {
    return new ProductPrograms(graph, await still.split(graph), still, options, lanes);
  }

  /** One batch's product. */
  async run(index: number, feeds: Readonly<Record<string, Feed>>): Promise<Arrays> {
    const kept = await this.still.of(index, feeds);
    const programs = await (kept === undefined
      ? (this.#whole ??= compileInThreads(this.graph, this.options, this.lanes))
      : (this.#moving ??= compileInThreads(this.rest, { ...this.options, sealed: this.still.sealed }, this.lanes)));
    const program = programs[index % this.lanes]!;
    return program.run(pickFeeds({ ...feeds, ...kept }, program.graph));
  }

  async dispose(): Promise<void> {
    for (const programs of [this.#moving, this.#whole]) for (const program of (await programs) ?? []) await program.dispose();
  }
}
