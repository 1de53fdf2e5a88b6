import { type Tensor, UserError } from '#core/graph';
import type { Value } from './array';
import { Call, type Surroundings, Unsupported } from './call';
import type { OnnxGraph, OnnxNode } from './format/model';
import { operatorOf } from './ops';

/** A node that Basin cannot run, and why. */
export interface Problem {
  readonly node: string;
  /** With its domain where that is not ONNX's own: `ai.onnx.ml.TreeEnsembleClassifier`. */
  readonly operator: string;
  readonly why: string;
}

export const operatorName = ({ domain, opType }: Pick<OnnxNode, 'domain' | 'opType'>): string => (domain === '' ? opType : `${domain}.${opType}`);

/** How BatchNorm behaves in one application of a model. */
export interface Moments {
  readonly batchStatistics: boolean;
  readonly training: boolean;
  readonly gather?: boolean;
}

/** What running some nodes left behind. */
export interface Outcome {
  /** By name. A value that could not be worked out is absent. */
  readonly values: ReadonlyMap<string, Value>;
  readonly problems: readonly Problem[];
  /** New running moments by the name of the value they replace. */
  readonly moved: ReadonlyMap<string, Tensor>;
}

/**
 * Runs nodes in order on values. A node that Basin does not support leaves its results out, and so do those that need them:
 * all problems of a model come to light at once.
 */
export function interpret(nodes: readonly OnnxNode[], given: ReadonlyMap<string, Value>, opsets: ReadonlyMap<string, number>, moments: Moments): Outcome {
  const problems: Problem[] = [];
  const moved = new Map<string, Tensor>();
  const run = (list: readonly OnnxNode[], values: Map<string, Value>): void => {
    for (const node of list) step(node, values);
  };
  const step = (node: OnnxNode, values: Map<string, Value>): void => {
    const inputs = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
    if (node.inputs.some((name, i) => name !== '' && inputs[i] === undefined)) return;
    const surroundings: Surroundings = {
      ...moments,
      moved: (name, value) => void moved.set(name, value),
      branch: (graph) => branch(graph, values),
    };
    const problem = supportProblem(node, opsets);
    if (problem !== undefined) {
      problems.push(problem);
      return;
    }
    try {
      const operator = operatorOf(node.domain, node.opType)!;
      const result = operator.run(new Call(node, opsets.get(node.domain) ?? 1, inputs, surroundings));
      const results = Array.isArray(result) ? (result as readonly (Value | undefined)[]) : [result as Value];
      node.outputs.forEach((name, i) => {
        const value = results[i];
        if (name !== '' && value !== undefined) values.set(name, value);
      });
    } catch (error) {
      if (error instanceof Unsupported) problems.push({ node: node.name, operator: operatorName(node), why: error.message });
      else throw placed(error, node);
    }
  };
  const branch = (graph: OnnxGraph, outside: ReadonlyMap<string, Value>): Value[] => {
    const values = new Map(outside);
    for (const { name, array } of graph.initializers) values.set(name, array);
    run(graph.nodes, values);
    return graph.outputs.map(({ name }) => {
      const value = values.get(name);
      if (value === undefined) throw new Unsupported('has a branch that cannot be run');
      return value;
    });
  };
  const values = new Map(given);
  run(nodes, values);
  return { values, problems, moved };
}

/** Why a node cannot be run at all, whatever it is given. */
export function supportProblem(node: OnnxNode, opsets: ReadonlyMap<string, number>): Problem | undefined {
  const operator = operatorOf(node.domain, node.opType);
  const name = operatorName(node);
  if (operator === undefined) return { node: node.name, operator: name, why: 'Basin has no such operator' };
  const version = opsets.get(node.domain);
  if (version === undefined && node.domain !== 'com.microsoft') return { node: node.name, operator: name, why: `the file does not say which version of "${node.domain}" it means` };
  const since = operator.since ?? (node.domain === '' ? 6 : 1);
  if (version !== undefined && version < since) return { node: node.name, operator: name, why: `Basin reads it from operator set ${since} on; the file has ${version}` };
  return undefined;
}

/** The graph's own complaint, with the node that caused it. */
function placed(error: unknown, { name, opType }: OnnxNode): unknown {
  if (!(error instanceof UserError) || error.message.startsWith('node ')) return error;
  return new UserError(error.code === 'onnx.invalid' ? error.code : 'onnx.shape', `node ${name} (${opType}): ${error.message}`, { ...(error.hint !== undefined && { hint: error.hint }), cause: error });
}
