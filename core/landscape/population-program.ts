import { bytesPerElement, type Tensor, topologicalOrder } from '#core/graph';
import { compile, type CompileOptions, compileOptionsOf, type DeviceArray, estimate, type Feed, pickFeeds, type Program } from '#core/runtime';
import { COORDINATES, type PopulationGraphs } from './population';
import { release } from './traced-problem';

export interface PopulationProgramOptions extends CompileOptions {
  /** Bytes for what is kept between points. */
  readonly memory: number;
}

/** The programs of a function of plane coordinates over batches of data, and what all points share of each batch. */
export class PopulationProgram {
  private readonly programs = new Map<number, Program>();
  private readonly kept: (Record<string, DeviceArray> | undefined)[];
  private readonly fitting: number;
  private prepare: Program | undefined;
  private onePoint: number | undefined;
  private operations: number | undefined;

  /**
   * @param fixed what all batches share, by input; more than the graphs take is no harm
   * @param batches what belongs to each batch
   */
  constructor(
    private readonly graphs: PopulationGraphs,
    private readonly fixed: Readonly<Record<string, Feed>>,
    private readonly batches: readonly Readonly<Record<string, Feed>>[],
    private readonly options: PopulationProgramOptions,
  ) {
    this.kept = batches.map(() => undefined);
    const bytes = this.preparedBytes;
    this.fitting = bytes === 0 ? batches.length : Math.min(batches.length, Math.floor(options.memory / bytes));
  }

  /** Bytes of everything that one point computes. */
  get pointBytes(): number {
    this.onePoint ??= sizeInBytes(topologicalOrder(this.graphs.main(1).outputs.map(({ tensor }) => tensor)).filter(({ inputs }) => inputs.length > 0));
    return this.onePoint;
  }

  /** Floating-point operations of one point on one batch. */
  get pointOperations(): number {
    this.operations ??= estimate(this.graphs.main(1), this.options.device).flops;
    return this.operations;
  }

  /** Bytes that are kept between points. */
  get keptBytes(): number {
    return this.preparedBytes * this.fitting;
  }

  private get preparedBytes(): number {
    return sizeInBytes(this.graphs.prepare.outputs.map(({ tensor }) => tensor));
  }

  /** Whether the program for so many points was not compiled yet. */
  isFresh(population: number): boolean {
    return !this.programs.has(population);
  }

  /** Results `[population, ...]` on one batch. The caller gives them back. */
  async run(population: number, coordinates: Float32Array, batch: number, own: Readonly<Record<string, Feed>> = {}): Promise<Record<string, DeviceArray>> {
    const program = await this.program(population);
    const feeds: Record<string, Feed> = { ...this.fixed, ...this.batches[batch], ...own };
    const prepared = this.kept[batch] ?? (await this.prepared(feeds));
    if (batch < this.fitting) this.kept[batch] = prepared;
    try {
      return await program.run(pickFeeds({ ...feeds, ...prepared, [COORDINATES]: coordinates }, program.graph));
    } finally {
      if (this.kept[batch] !== prepared) release(prepared);
    }
  }

  async dispose(): Promise<void> {
    for (const arrays of this.kept) release(arrays);
    this.kept.fill(undefined);
    for (const program of this.programs.values()) await program.dispose();
    await this.prepare?.dispose();
    this.programs.clear();
    this.prepare = undefined;
  }

  private async prepared(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, DeviceArray>> {
    if (this.graphs.prepare.outputs.length === 0) return {};
    this.prepare ??= await compile(this.graphs.prepare, compileOptionsOf(this.options));
    return this.prepare.run(pickFeeds(feeds, this.graphs.prepare));
  }

  private async program(population: number): Promise<Program> {
    const known = this.programs.get(population);
    if (known !== undefined) return known;
    const program = await compile(this.graphs.main(population), compileOptionsOf(this.options));
    this.programs.set(population, program);
    return program;
  }
}

const sizeInBytes = (tensors: readonly Tensor[]): number => tensors.reduce((sum, { size, dtype }) => sum + size * bytesPerElement(dtype), 0);
