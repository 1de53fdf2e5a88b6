import type { Graph } from '#core/graph';
import { compile, type CompileOptions, type Feed, pickFeeds, type Program } from '#core/runtime';
import type { Arrays, StillPart } from './still-part';

/**
 * The programs of a product with so many vectors: for batches whose still part is kept, one that reads it; for the others one of the whole, which neither writes nor
 * reads all that lies between the parts. Each is made when a batch first needs it.
 */
export class ProductPrograms {
  #moving: Promise<Program> | undefined;
  #whole: Promise<Program> | undefined;

  private constructor(
    private readonly graph: Graph,
    private readonly rest: Graph,
    private readonly still: StillPart,
    private readonly options: CompileOptions,
  ) {}

  static async of(graph: Graph, still: StillPart, options: CompileOptions): Promise<ProductPrograms> {
    return new ProductPrograms(graph, await still.split(graph), still, options);
  }

  /** One batch's product. */
  async run(index: number, feeds: Readonly<Record<string, Feed>>): Promise<Arrays> {
    const kept = await this.still.of(index, feeds);
    const program = await (kept === undefined ? (this.#whole ??= compile(this.graph, this.options)) : (this.#moving ??= compile(this.rest, this.options)));
    return program.run(pickFeeds({ ...feeds, ...kept }, program.graph));
  }

  async dispose(): Promise<void> {
    for (const program of [this.#moving, this.#whole]) await (await program)?.dispose();
  }
}
