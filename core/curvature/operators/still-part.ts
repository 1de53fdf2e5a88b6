import { bytesPerElement, type DType, type Graph, hoist, isFloat } from '#core/graph';
import { compileInThreads, type CompileOptions, type DeviceArray, type Feed, keepableBytes, pickFeeds, type Program, sealable } from '#core/runtime';

export type Arrays = Record<string, DeviceArray>;

/**
 * What products with a matrix compute that does not depend on the vectors (activations, the gradient's pass): computed once a batch and kept where at least half of the batches fit in
 * memory. It is the same whatever the number of vectors, so that all products of an operator share it; where one reads something that none did before, that is kept from then on, too.
 */
export class StillPart {
  #graph: Graph = { inputs: [], outputs: [] };
  #programs: Promise<readonly Program[]> | undefined;
  /** Bytes of one batch's results. */
  #bytes = 0;
  /** How many batches' results are kept, counted when the first is. */
  #fitting: number | undefined;
  readonly #kept: (Arrays | undefined)[] = [];

  /**
   * @param varies whether an input is one of the vectors
   * @param memory bytes for what is kept of all batches; default `keepableBytes`
   * @param lanes how many batches are computed at once: batch `i` in lane `i % lanes`
   */
  constructor(
    private readonly varies: (input: string) => boolean,
    private readonly batches: number,
    private readonly memory: number | undefined,
    private readonly options: CompileOptions,
    private readonly lanes: number,
  ) {}

  /** Of what `of` gives, what lies as the device has it: programs that read it are told so. It stays so when more is kept. */
  readonly sealed = new Set<string>();

  get keptBytes(): number {
    return this.#kept.filter((arrays) => arrays !== undefined).length * this.#bytes;
  }

  /** The rest of a product's graph, which reads what `of` gives. */
  async split(graph: Graph): Promise<Graph> {
    const known = this.#graph.outputs.map(({ tensor }) => tensor);
    const { still, moving } = hoist(graph, this.varies, known);
    if (still.outputs.length > known.length) {
      await this.dispose();
      const worthIt = new Set(await sealable(still, this.options.device));
      for (const { name } of still.outputs.slice(known.length)) if (worthIt.has(name)) this.sealed.add(name);
      this.#graph = still;
      const bytesOf = (dtype: DType): number => (this.options.device === 'reference' && isFloat(dtype) ? 8 : bytesPerElement(dtype));
      this.#bytes = still.outputs.reduce((total, { tensor }) => total + tensor.size * bytesOf(tensor.dtype), 0);
      this.#fitting = undefined;
    }
    return moving;
  }

  /** What is kept of a batch, computed where it is not yet; `undefined` where the batch does not fit in memory. */
  async of(index: number, feeds: Readonly<Record<string, Feed>>): Promise<Arrays | undefined> {
    if (index >= (this.#fitting ??= this.#fits())) return undefined;
    const programs = await (this.#programs ??= compileInThreads(this.#graph, { ...this.options, sealed: this.sealed }, this.lanes));
    const program = programs[index % this.lanes]!;
    return (this.#kept[index] ??= await program.run(pickFeeds(feeds, program.graph)));
  }

  /** Gives back what is kept of all batches: the weights are others. */
  release(): void {
    for (const arrays of this.#kept.splice(0)) for (const array of Object.values(arrays ?? {})) array.dispose();
  }

  async dispose(): Promise<void> {
    this.release();
    const programs = await this.#programs;
    this.#programs = undefined;
    for (const program of programs ?? []) await program.dispose();
  }

  /** How many batches' results are kept. Where little of the data fits, that does not make up for two programs more. */
  #fits(): number {
    if (this.#bytes === 0) return 0;
    const fitting = Math.min(this.batches, Math.floor((this.memory ?? keepableBytes(this.options.device)) / this.#bytes));
    return 2 * fitting >= this.batches ? fitting : 0;
  }
}
