import { bytesPerElement, type Graph, hoist } from '#core/graph';
import { compile, type CompileOptions, type DeviceArray, type Feed, pickFeeds, type Program } from '#core/runtime';

export type Arrays = Record<string, DeviceArray>;

/**
 * What products with a matrix compute that does not depend on the vectors (activations, the gradient's pass): computed once a batch and kept where at least half of the batches fit in
 * memory. It is the same whatever the number of vectors, so that all products of an operator share it; where one reads something that none did before, that is kept from then on, too.
 */
export class StillPart {
  #graph: Graph = { inputs: [], outputs: [] };
  #program: Promise<Program> | undefined;
  /** Bytes of one batch's results. */
  #bytes = 0;
  readonly #kept: Arrays[] = [];

  /**
   * @param varies whether an input is one of the vectors
   * @param memory bytes for what is kept of all batches
   */
  constructor(
    private readonly varies: (input: string) => boolean,
    private readonly batches: number,
    private readonly memory: number,
    private readonly options: CompileOptions,
  ) {}

  get keptBytes(): number {
    return this.#kept.length * this.#bytes;
  }

  /** The rest of a product's graph, which reads what `of` gives. */
  async split(graph: Graph): Promise<Graph> {
    const known = this.#graph.outputs.map(({ tensor }) => tensor);
    const { still, moving } = hoist(graph, this.varies, known);
    if (still.outputs.length > known.length) {
      await this.dispose();
      this.#graph = still;
      this.#bytes = still.outputs.reduce((total, { tensor }) => total + tensor.size * bytesPerElement(tensor.dtype), 0);
    }
    return moving;
  }

  /** What is kept of a batch, computed where it is not yet; `undefined` where the batch does not fit in memory. */
  async of(index: number, feeds: Readonly<Record<string, Feed>>): Promise<Arrays | undefined> {
    if (index >= this.#fitting) return undefined;
    const program = await (this.#program ??= compile(this.#graph, this.options));
    return (this.#kept[index] ??= await program.run(pickFeeds(feeds, program.graph)));
  }

  /** Gives back what is kept of all batches: the weights are others. */
  release(): void {
    for (const arrays of this.#kept.splice(0)) for (const array of Object.values(arrays)) array.dispose();
  }

  async dispose(): Promise<void> {
    this.release();
    const program = await this.#program;
    this.#program = undefined;
    await program?.dispose();
  }

  /** How many batches' results are kept. Where little of the data fits, that does not make up for two programs more. */
  get #fitting(): number {
    if (this.#bytes === 0) return 0;
    const fitting = Math.min(this.batches, Math.floor(this.memory / this.#bytes));
    return 2 * fitting >= this.batches ? fitting : 0;
  }
}
