import { bytesPerElement, type Graph, type Tensor, topologicalOrder } from '#core/graph';
import { compileInParts, type CompileOptions, compileOptionsOf, type DeviceArray, estimate, type Feed, type InterruptibleProgram, pickFeeds, secondsSince, Times } from '#core/runtime';
import { COORDINATES, type PopulationGraphs } from './population';
import { release } from './traced-problem';

export interface PopulationProgramOptions extends CompileOptions {
  /** Bytes for what is kept between points. */
  readonly memory: number;
}

/** What is done with the results of a batch, which are given back after it. */
export type UseResults = (results: Readonly<Record<string, DeviceArray>>) => void | Promise<void>;

export interface PassOptions {
  readonly signal?: AbortSignal | undefined;
  /** Only so many of the batches: to see what all of them take. */
  readonly batches?: number | undefined;
}

/** The programs of a function of plane coordinates over batches of data, and what all points share of each batch. */
export class PopulationProgram {
  private readonly programs = new Map<number, InterruptibleProgram>();
  private readonly kept: (Record<string, DeviceArray> | undefined)[];
  private readonly fitting: number;
  private prepare: InterruptibleProgram | undefined;
  private onePoint: number | undefined;
  private operations: number | undefined;
  private compileSeconds = 0;
  private readonly runs = new Times();
  private readonly preparations = new Times();

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

  /** Seconds that are spent once, before the programs run as they usually do: known when they have run. */
  get startSeconds(): number {
    const { preparations, runs } = this;
    return this.compileSeconds + preparations.extra + runs.extra + this.fitting * (preparations.usual ?? 0);
  }

  /** Seconds of a pass over all batches; `undefined` before the first run. */
  get passSeconds(): number | undefined {
    const { usual } = this.runs;
    return usual === undefined ? undefined : this.batches.length * usual + (this.batches.length - this.fitting) * (this.preparations.usual ?? 0);
  }

  /** Whether more than the first run, which takes longer, was measured. */
  get isMeasured(): boolean {
    return this.runs.repeated;
  }

  /** Results `[population, ...]` on one batch after the other. Throws the signal's reason when it is aborted, between two batches or two parts of a long program. */
  async pass(population: number, coordinates: Float32Array, own: Readonly<Record<string, Feed>>, use: UseResults, { signal, batches = this.batches.length }: PassOptions = {}): Promise<void> {
    for (let batch = 0; batch < Math.min(batches, this.batches.length); batch++) {
      signal?.throwIfAborted();
      const program = await this.program(population);
      const feeds: Record<string, Feed> = { ...this.fixed, ...this.batches[batch], ...own };
      const prepared = this.kept[batch] ?? (await this.prepared(feeds, signal));
      if (batch < this.fitting) this.kept[batch] = prepared;
      const start = performance.now();
      try {
        const results = await program.run(pickFeeds({ ...feeds, ...prepared, [COORDINATES]: coordinates }, program.graph), signal);
        await use(results);
        release(results);
      } finally {
        if (this.kept[batch] !== prepared) release(prepared);
      }
      this.runs.add(secondsSince(start));
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

  private async prepared(feeds: Readonly<Record<string, Feed>>, signal: AbortSignal | undefined): Promise<Record<string, DeviceArray>> {
    if (this.graphs.prepare.outputs.length === 0) return {};
    this.prepare ??= await this.compiled(this.graphs.prepare);
    const start = performance.now();
    const prepared = await this.prepare.run(pickFeeds(feeds, this.graphs.prepare), signal);
    this.preparations.add(secondsSince(start));
    return prepared;
  }

  private async program(population: number): Promise<InterruptibleProgram> {
    const known = this.programs.get(population);
    if (known !== undefined) return known;
    const program = await this.compiled(this.graphs.main(population));
    this.programs.set(population, program);
    return program;
  }

  private async compiled(graph: Graph): Promise<InterruptibleProgram> {
    const start = performance.now();
    const program = await compileInParts(graph, compileOptionsOf(this.options));
    this.compileSeconds += secondsSince(start);
    return program;
  }
}

const sizeInBytes = (tensors: readonly Tensor[]): number => tensors.reduce((sum, { size, dtype }) => sum + size * bytesPerElement(dtype), 0);
