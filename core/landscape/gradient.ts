import { compile, type DeviceArray } from '#core/runtime';
import { isCalibrated, statisticsAt } from './calibration';
import type { Direction } from './directions';
import type { EvaluatorOptions } from './evaluator';
import { traceGradient } from './plane-curvature';
import type { LandscapeProblem } from './problem';
import { weightFeeds } from './traced-problem';

/** Gradient of the mean loss (the quantity `loss`) over all examples at the centre, summed over batches in float64. Statistics that are taken anew count as constants. */
export async function lossGradient(problem: LandscapeProblem, options: Pick<EvaluatorOptions, 'device' | 'threads'> & { readonly signal?: AbortSignal }): Promise<Direction> {
  const { parameters, batches } = problem;
  const graph = traceGradient(problem);
  const { device, threads, signal } = options;
  const program = await compile(graph, threads === undefined ? { device } : { device, threads });
  try {
    const sums = Object.fromEntries(Object.entries(parameters).map(([name, { data }]) => [name, new Float64Array(data.length)]));
    const weights = weightFeeds(problem, {});
    const still = { ...weights, ...(isCalibrated(problem) && (await statisticsAt(problem, weights, options))) };
    for (const batch of batches) {
      signal?.throwIfAborted();
      const all = { ...still, 'batch.x': batch.x, 'batch.y': batch.y, 'batch.mask': batch.mask };
      const feeds = Object.fromEntries(graph.inputs.map(({ name }) => [name, all[name as keyof typeof all]]));
      const slopes: Record<string, DeviceArray> = await program.run(feeds);
      for (const [name, array] of Object.entries(slopes)) {
        const sum = sums[name]!;
        (await array.read()).forEach((value: number | bigint, i: number) => (sum[i]! += Number(value)));
        array.dispose();
      }
    }
    const examples = batches.reduce((total, { count }) => total + count, 0);
    return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, Float32Array.from(sum, (value) => value / examples)]));
  } finally {
    await program.dispose();
  }
}
