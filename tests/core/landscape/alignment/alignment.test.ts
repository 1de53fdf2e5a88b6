import { describe, expect, it } from 'vitest';
import { evaluateCentre, matchingProducts, matchingSeconds, matchWeights, permutationSpecification, permuteWeights, randomPermutations } from '#core/landscape';
import { networkProblem, weightsOf, withWeights } from './networks';

const convolutions = { use: 'cnn', stages: [{ stage: 'conv', channels: 4, norm: 'batch' }, { stage: 'pool' }, { stage: 'conv', channels: 6, stride: 2 }, { stage: 'dense', units: 8 }] };
const networks: [string, object, readonly number[]][] = [
  ['MLP', { use: 'mlp', widths: [16, 12] }, [5]],
  ['MLP with layer norm', { use: 'mlp', widths: [9, 7], activation: 'gelu', norm: 'layer' }, [5]],
  ['MLP with batch norm', { use: 'mlp', widths: [9, 7], norm: 'batch' }, [5]],
  ['CNN with batch norm, flattened into dense layers', convolutions, [2, 8, 8]],
  ['CNN with group norm', { use: 'cnn', stages: [{ stage: 'conv', channels: 6, norm: 'group', groups: 2 }, { stage: 'dense', units: 5 }] }, [2, 6, 6]],
  ['ResNet-8 with batch norm', { use: 'resnet', depth: 8, width: 4 }, [3, 8, 8]],
  ['ResNet-8 v2 with shortcuts of zeros', { use: 'resnet', depth: 8, width: 4, version: 'v2', shortcut: 'padding' }, [3, 8, 8]],
  ['transformer encoder', { use: 'transformer', width: 4, heads: 2, depth: 1 }, [4, 2]],
  ['ViT', { use: 'vit', patch: 2, width: 4, heads: 2, depth: 1 }, [2, 4, 4]],
  ['deep linear network', { use: 'deep-linear', depth: 4, width: 24 }, [5]],
  ['recurrent network, whose units stand on both axes of a matrix', { use: 'rnn', units: 8 }, [4, 2]],
];

describe.each(networks)('%s', (_name, specification, shape) => {
  it('computes the same with its units in any other order', async () => {
    const problem = networkProblem(specification, shape);
    const symmetry = permutationSpecification(problem);
    const { loss } = await evaluateCentre(problem, { device: 'reference' });
    for (const seed of [1, 2, 3]) {
      const permuted = permuteWeights(weightsOf(problem), symmetry, randomPermutations(symmetry, seed));
      expect(permuted).not.toEqual(weightsOf(problem));
      const { loss: again } = await evaluateCentre(withWeights(problem, permuted), { device: 'reference' });
      expect(Math.abs(again! - loss!)).toBeLessThan(1e-6);
    }
  });

  it('is matched back exactly from a permuted copy, never falling behind', async () => {
    const problem = networkProblem(specification, shape);
    const symmetry = permutationSpecification(problem);
    const weights = weightsOf(problem);
    const permuted = permuteWeights(weights, symmetry, randomPermutations(symmetry, 5));
    const { permutations, objectives } = await matchWeights(weights, permuted, symmetry, { seed: 1 });
    expect(permuteWeights(permuted, symmetry, permutations)).toEqual(weights);
    objectives.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(objectives[i]!));
  });

  it('has an estimate of its matching', async () => {
    const problem = networkProblem(specification, shape);
    const seconds = await matchingSeconds(weightsOf(problem), weightsOf(networkProblem(specification, shape, 1)), permutationSpecification(problem));
    expect(Number.isFinite(seconds) && seconds > 0).toBe(true);
  });
});

it('counts the products of a pass: of every two units of a group over each tensor that has it', () => {
  const problem = networkProblem({ use: 'mlp', widths: [16, 12] }, [5]);
  // Weights [16, 5], [12, 16], [3, 12] and the biases of both layers; the outputs keep their places.
  expect(matchingProducts(weightsOf(problem), permutationSpecification(problem))).toBe(16 * 16 * (5 + 1 + 12) + 12 * 12 * (16 + 1 + 3));
});

it('takes the same permutations for a seed, and brings independent networks nearer', async () => {
  const [a, b] = [0, 9].map((seed) => networkProblem(networks[5]![1], networks[5]![2], seed)) as [ReturnType<typeof networkProblem>, ReturnType<typeof networkProblem>];
  const symmetry = permutationSpecification(a);
  const [left, right] = [weightsOf(a), weightsOf(b)];
  const matched = await matchWeights(left, right, symmetry, { seed: 4 });
  expect(await matchWeights(left, right, symmetry, { seed: 4 })).toEqual(matched);
  const distance = (other: Readonly<Record<string, Float32Array>>): number =>
    Object.entries(left).reduce((sum, [name, data]) => sum + data.reduce((s, value, i) => s + (value - other[name]![i]!) ** 2, 0), 0);
  expect(distance(permuteWeights(right, symmetry, matched.permutations))).toBeLessThan(distance(right));
});

it('shares one permutation across the skip connections of a stage', () => {
  const { tensors, groups } = permutationSpecification(networkProblem({ use: 'resnet', depth: 8, width: 4 }, [3, 8, 8]));
  const outputs = (name: string): number | undefined => tensors[name]![0]!.group;
  const names = Object.keys(tensors);
  const [stem, second] = [names.find((name) => /weight$/.test(name))!, names.find((name) => /conv2\.weight$/.test(name))!];
  expect(outputs(stem)).toBe(outputs(second));
  expect(outputs(second.replace('conv2', 'bn2'))).toBe(outputs(second));
  expect(outputs(second.replace('conv2', 'conv1'))).not.toBe(outputs(second));
  expect(groups.length).toBe(6);
});

it('refuses what has no units to exchange, and says what keeps them', () => {
  const matched = (specification: object, shape: readonly number[]) => () => permutationSpecification(networkProblem(specification, shape));
  for (const use of ['lstm', 'gru']) expect(matched({ use, units: 3 }, [4, 2])).toThrow(/no units of this network can be matched: their order is fixed by/);
  expect(matched({ use: 'lcn', channels: [3, 4] }, [2, 6, 5])).toThrow('their order is fixed by groups of a convolution');
  expect(matched({ use: 'logistic-regression' }, [4])).toThrow('it has no hidden layer');
  const { kept } = permutationSpecification(networkProblem({ use: 'transformer', width: 4, heads: 2, depth: 1 }, [4, 2]));
  expect(kept.map(({ name }) => name)).toContain(Object.keys(networkProblem({ use: 'transformer', width: 4, heads: 2, depth: 1 }, [4, 2]).parameters).find((name) => name.endsWith('in_proj_weight')));
});
