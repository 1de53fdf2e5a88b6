import { compile } from '#core/runtime';
import type { CompileOptions, Program } from '#core/runtime';
import type { Part } from '../data';
import { judgeOutputs } from '../evaluate';
import type { Evaluation, WeightFeeds } from '../evaluate';
import { evaluationBatch, evaluationBatches, traceEvaluation } from '../evaluation-graph';
import { keptWidth } from '../objective';
import type { Problem } from '../predictions';
import { populated } from './members';
import type { Member, Variant } from './members';

/** Applies every network of a population to the same examples at once. */
export class PopulationEvaluator {
  private constructor(
    private readonly program: Program,
    private readonly numbers: WeightFeeds,
    private readonly batch: number,
    private readonly variants: readonly Variant[],
    private readonly members: readonly Member[],
    private readonly problem: Problem,
  ) {}

  /** @param most the largest number of examples that will be asked for at once */
  static async create(options: { variants: readonly Variant[]; members: readonly Member[]; problem: Problem; most: number; compile: CompileOptions }): Promise<PopulationEvaluator> {
    const { variants, members, problem, most } = options;
    const batch = evaluationBatch(problem, variants[members[0]!.variant]!.loss, most, members.length);
    const { graph, numbers } = populated(
      variants, members, ({ model, loss }) => traceEvaluation(model, loss, problem, batch), (name) => /^(parameters|buffers)\./.test(name),
    );
    return new PopulationEvaluator(await compile(graph, options.compile), numbers, batch, variants, members, problem);
  }

  /**
   * Loss and metrics of every member on a part of the data.
   *
   * @param weights stacked, members first
   * @param wanted which members to judge; the others' entries are absent
   */
  async evaluate(weights: WeightFeeds, part: Part, wanted: (member: number) => boolean = () => true): Promise<(Evaluation | undefined)[]> {
    const { batch, variants, members, problem } = this;
    const { count } = part;
    const width = keptWidth(variants[members[0]!.variant]!.loss);
    const outputs = members.map((_, m) => (wanted(m) ? new Float32Array(count * width) : undefined));
    const losses = members.map((_, m) => (wanted(m) ? new Float32Array(count) : undefined));
    for (const { begin, rows, feeds } of evaluationBatches(problem, batch, part.x, count, part.y)) {
      const result = await this.program.run({ ...weights, ...this.numbers, ...feeds });
      const output = (await result['output']!.read()) as Float32Array;
      const own = (await result['losses']!.read()) as Float32Array;
      members.forEach((_, m) => {
        outputs[m]?.set(output.subarray(m * batch * width, (m * batch + rows) * width), begin * width);
        losses[m]?.set(own.subarray(m * batch, m * batch + rows), begin);
      });
      for (const array of Object.values(result)) array.dispose();
    }
    return members.map(({ variant }, m) => {
      const { loss, metrics } = variants[variant]!;
      const own = losses[m];
      return own && judgeOutputs(problem, loss, metrics, part, outputs[m]!, own);
    });
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }
}
