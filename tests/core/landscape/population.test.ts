import { describe, expect, it } from 'vitest';
import { topologicalOrder } from '#core/graph';
import { estimate } from '#core/runtime';
import { traceProblem } from '../../../core/landscape/traced-problem';
import { populationGraphs } from '../../../core/landscape/population';
import { cnnProblem, mlpProblem } from './problems';

const weights = (names: readonly string[]): Set<string> => new Set(names.filter((name) => name.endsWith('weight') && !name.includes('norm')).map((name) => `parameters.${name}`));
const ops = (graph: { outputs: readonly { tensor: Parameters<typeof topologicalOrder>[0][number] }[] }): string[] => topologicalOrder(graph.outputs.map(({ tensor }) => tensor)).map(({ op }) => op);

describe('the structure of a plane', () => {
  it('a dense first layer is multiplied once for all points, not once a point', () => {
    const problem = mlpProblem([300, 16, 12, 3], 64, 64);
    const graph = traceProblem(problem);
    const { prepare, main } = populationGraphs(graph, weights(Object.keys(problem.parameters)), 3);
    const once = estimate(graph).flops;
    const aPoint = estimate(main(101)).flops - estimate(main(1)).flops;
    // 300 x 16 of the 300 x 16 + 16 x 12 + 12 x 3 products are gone from the points.
    expect(aPoint / 100).toBeLessThan(0.35 * once);
    expect(estimate(prepare).flops).toBeGreaterThan(3 * 2 * 64 * 300 * 16);
  });

  it('convolution, batch norm in evaluation mode and pooling of unperturbed input stay out of the points', () => {
    const problem = cnnProblem();
    const { prepare, main } = populationGraphs(traceProblem(problem), weights(Object.keys(problem.parameters)), 3);
    expect(ops(prepare).filter((op) => op === 'conv')).toHaveLength(1);
    expect(ops(main(5)).filter((op) => op === 'conv')).toHaveLength(1);
    expect(ops(prepare)).toContain('avgPool');
  });

  it('with every parameter standing still, nothing but the coordinates is left', () => {
    const problem = mlpProblem();
    const { main } = populationGraphs(traceProblem(problem), new Set(), 3);
    expect(ops(main(4))).not.toContain('matmul');
  });
});
