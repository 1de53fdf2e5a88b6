import { UserError } from '#core/graph';
import type { NodeAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './model';

/**
 * Batches at which a model is lowered to find out what depends on the batch. Large primes: no other axis has such a length, so that
 * nothing coincides.
 */
export const probeBatches = [1009, 1013, 1019] as const;

/** A further one, traced before them. */
export const firstBatch = 997;

/** Names of the value that holds the batch's length, `[1]`. */
const shapeName = 'batch_shape';
const batchName = 'batch_length';

const cannot = (what: string): never => {
  throw new UserError('export.batch', `${what} depends on the batch in a way that a file for any batch cannot express`, { hint: 'export it with a fixed batch size' });
};

/**
 * One model from three of different batches that are alike but for numbers that follow the batch (`a + b batch`): shapes to
 * reshape and spread to, bounds of slices. Those are worked out from the input's shape when the model runs, so that it holds for
 * any batch, wherever its axis is moved to on the way.
 *
 * @param input name of the input whose axis 0 is the batch
 * @throws UserError `export.batch` where the models differ in anything else
 */
export function anyBatch(models: readonly [OnnxGraph, OnnxGraph, OnnxGraph], input: string): OnnxGraph {
  const merged = merge(models);
  const int = (name: string, value: number): OnnxTensor => ({ name, shape: [1], dtype: 'int64', data: BigInt64Array.of(BigInt(value)) });
  return {
    ...merged,
    nodes: [
      { opType: 'Shape', inputs: [input], outputs: [shapeName], attributes: {} },
      { opType: 'Gather', inputs: [shapeName, 'batch_axis'], outputs: [batchName], attributes: { axis: 0 } },
      ...merged.nodes,
    ],
    initializers: [...merged.initializers, int('batch_axis', 0)],
  };
}

function merge([first, second, third]: readonly [OnnxGraph, OnnxGraph, OnnxGraph]): OnnxGraph {
  const alike = <T>(what: string, pick: (graph: OnnxGraph) => readonly T[]): [T, T, T][] => {
    const lists = [first, second, third].map(pick) as [readonly T[], readonly T[], readonly T[]];
    if (lists.some((list) => list.length !== lists[0].length)) cannot(`the number of ${what}`);
    return lists[0].map((each, i) => [each, lists[1][i]!, lists[2][i]!]);
  };
  const nodes: OnnxNode[] = [];
  const initializers: OnnxTensor[] = [];
  const reshaped = new Set(first.nodes.filter(({ opType }) => opType === 'Reshape').map(({ inputs }) => inputs[1]!));
  const elsewhere = new Set(first.nodes.flatMap(({ opType, inputs }) => (opType === 'Reshape' ? [inputs[0]!] : inputs)));
  for (const three of alike('constants', (graph) => graph.initializers)) {
    const [a, b, c] = three;
    if (a.name !== b.name || a.name !== c.name || a.dtype !== b.dtype) cannot(`the constant ${a.name}`);
    if (sameNumbers(a, b) && sameNumbers(a, c)) {
      initializers.push(a);
      continue;
    }
    const { slope, offset } = affine(three);
    // One open length of a reshape is what -1 stands for.
    if (reshaped.has(a.name) && !elsewhere.has(a.name) && slope.filter((n) => n !== 0n).length === 1) {
      initializers.push({ ...a, data: BigInt64Array.from(offset, (n, i) => (slope[i] === 0n ? n : -1n)) });
      continue;
    }
    const part = (suffix: string, data: readonly bigint[]): string => {
      const name = `${a.name}_${suffix}`;
      initializers.push({ name, shape: a.shape, dtype: 'int64', data: BigInt64Array.from(data) });
      return name;
    };
    const scaled = `${a.name}_of_batch`;
    nodes.push({ opType: 'Mul', inputs: [batchName, part('times_batch', slope)], outputs: [scaled], attributes: {} });
    nodes.push({ opType: 'Add', inputs: [scaled, part('besides', offset)], outputs: [a.name], attributes: {} });
  }
  for (const three of alike('nodes', (graph) => graph.nodes)) nodes.push(mergeNode(three));
  const values = (pick: (graph: OnnxGraph) => readonly OnnxValue[]): OnnxValue[] => alike('values', pick).map(mergeValue);
  return {
    name: first.name,
    nodes,
    initializers,
    inputs: values(({ inputs }) => inputs),
    outputs: values(({ outputs }) => outputs),
    ...(first.values && { values: values((graph) => graph.values ?? []) }),
  };
}

function sameNumbers(a: OnnxTensor, b: OnnxTensor): boolean {
  return a.data.length === b.data.length && a.shape.join() === b.shape.join() && (a.data === b.data || a.data.every((n, i) => n === b.data[i] || Object.is(n, b.data[i])));
}

/** `offset + slope batch` for each number of an integer vector. */
function affine([a, b, c]: readonly [OnnxTensor, OnnxTensor, OnnxTensor]): { slope: bigint[]; offset: bigint[] } {
  const [first, second, third] = [a.data, b.data, c.data];
  if (!(first instanceof BigInt64Array) || !(second instanceof BigInt64Array) || !(third instanceof BigInt64Array) || first.length !== second.length || a.shape.length !== 1) {
    return cannot(`the constant ${a.name}`);
  }
  const [x, y, z] = probeBatches.map(BigInt) as [bigint, bigint, bigint];
  const slope = Array.from(first, (n, i) => (second[i]! - n) / (y - x));
  const offset = Array.from(first, (n, i) => n - slope[i]! * x);
  const holds = (data: BigInt64Array, batch: bigint): boolean => data.every((n, i) => n === offset[i]! + slope[i]! * batch);
  if (!holds(second, y) || !holds(third, z)) cannot(`the constant ${a.name}`);
  return { slope, offset };
}

function mergeNode([a, b, c]: readonly [OnnxNode, OnnxNode, OnnxNode]): OnnxNode {
  const key = ({ opType, domain, inputs, outputs, attributes }: OnnxNode): string => JSON.stringify([opType, domain, inputs, outputs, Object.keys(attributes)]);
  if (key(a) !== key(b) || key(a) !== key(c)) cannot(`a ${a.opType}`);
  const attributes: Record<string, NodeAttribute> = {};
  for (const [name, value] of Object.entries(a.attributes)) {
    const others = [b.attributes[name]!, c.attributes[name]!] as const;
    if (isBody(value) && isBody(others[0]) && isBody(others[1])) attributes[name] = { graph: merge([value.graph, others[0].graph, others[1].graph]) };
    else if (JSON.stringify(value) === JSON.stringify(others[0])) attributes[name] = value;
    else cannot(`${name} of a ${a.opType}`);
  }
  return { ...a, attributes };
}

const isBody = (value: NodeAttribute): value is { readonly graph: OnnxGraph } => typeof value === 'object' && 'graph' in value;

/** Axes that follow the batch lose their length: `batch` itself is called so. */
function mergeValue([a, b]: readonly [OnnxValue, OnnxValue, OnnxValue]): OnnxValue {
  return { ...a, shape: a.shape.map((n, i) => (n === b.shape[i] ? n : n === probeBatches[0] ? 'batch' : `batch x ${Number(n) / probeBatches[0]}`)) };
}
