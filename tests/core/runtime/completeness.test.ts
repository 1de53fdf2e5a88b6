import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as g from '#core/graph';
import { compile } from '#core/runtime';
import { lowerings as onnx } from '../../../core/runtime/onnx/lower';
import { lowerings as tensorflow } from '../../../core/runtime/tensorflow/lower';
import { opCases } from '../graph/op-cases';
import { inputsOf, projected } from '../graph/oracle';

/** Ops without inputs: executors treat them by themselves. */
const sources = ['constant', 'input', 'scalar'];

/** Every node that the cases make, with those of their gradients and of the gradients' gradients. */
function nodesOfCases(): Set<g.Tensor> {
  const nodes = new Set<g.Tensor>();
  const key = g.input('key', [2], 'int32');
  const draws = [g.randomUniform(key, [3])];
  for (const opCase of opCases) {
    for (const shapes of fc.sample(opCase.shapes, { numRuns: 10, seed: 1 })) {
      const { xs } = inputsOf(opCase, shapes, 0);
      const y = opCase.f(xs, shapes);
      const floats = opCase.flat === true ? [] : xs.filter((x) => x.dtype === 'float32');
      const first = floats.length === 0 ? [] : g.gradients(projected(y, 1), floats);
      const slope = first.reduce((total, part) => g.add(total, g.sum(g.square(part))), g.full([], 0));
      for (const node of g.topologicalOrder([y, ...first, ...g.gradients(slope, floats), ...draws])) nodes.add(node);
    }
  }
  return nodes;
}

describe('the table of ops is complete', () => {
  const nodes = [...nodesOfCases()];
  const primitive = g.opNames().filter((name) => !sources.includes(name));

  test('every op stands in a case of the property tests', () => {
    const seen = new Set(nodes.map(({ op }) => op));
    expect(primitive.filter((name) => !seen.has(name))).toEqual([]);
  });

  test('every op has a lowering in every executor', async () => {
    // Replaced by their values, or written out, before a graph is lowered.
    const replaced = ['checkpoint', 'checkpointOutput'];
    const unrolled = ['loop', 'loopFinal', 'loopStack'];
    expect(primitive.filter((name) => !(name in onnx) && !replaced.includes(name))).toEqual([]);
    expect(primitive.filter((name) => !(name in tensorflow) && ![...replaced, ...unrolled].includes(name))).toEqual([]);
    // The reference looks for its rules when it compiles.
    const inputs = new Map(nodes.filter(({ op, attributes }) => op === 'input' && !String(attributes['name']).startsWith('%')).map((x) => [x.attributes['name'] as string, x]));
    const one = primitive.map((name) => nodes.find(({ op }) => op === name)!).filter(({ op }) => op !== 'loop' && op !== 'checkpoint');
    const graph = { inputs: [...inputs].map(([name, { shape, dtype }]) => ({ name, shape, dtype })), outputs: one.map((tensor, i) => ({ name: String(i), tensor })) };
    await (await compile(graph, { device: 'reference' })).dispose();
  });

  test('every node has a shape, a type and a cost that is a number', () => {
    for (const node of nodes) {
      const { infer, flops, readout, several } = g.opDefinition(node.op);
      const cost = flops?.(node, node.attributes) ?? node.size;
      expect(Number.isFinite(cost) && cost >= 0, `${node} costs ${cost}`).toBe(true);
      if (sources.includes(node.op) || readout === true || several !== undefined) continue;
      const { shape, dtype } = infer(node.inputs, node.attributes);
      expect([dtype, ...shape], String(node)).toEqual([node.dtype, ...node.shape]);
    }
  });

  test('only steps are flat', () => {
    const flat = primitive.filter((name) => {
      const { vjp, readout, several } = g.opDefinition(name);
      return vjp === undefined && readout !== true && several === undefined;
    });
    expect(flat).toEqual([
      'argmax', 'argmin', 'ceil', 'equal', 'floor', 'greater', 'greaterEqual', 'less', 'lessEqual', 'logicalAnd', 'logicalNot', 'logicalOr', 'maxPoolIndices', 'notEqual', 'randomBits', 'round', 'sign', 'stopGradient', 'topKIndices',
    ]);
  });
});
