import { constant, constantData, type Graph, input, philoxHalves, philoxWords, reapply, scalarValue, type Tensor, topologicalOrder, toTypedArray, cast } from '#core/graph';
import { checkInt32 } from '../int32';
import { maxPoolPlaces } from '../compositions/pool';
import { convInLoop, isConv, webgpuConv } from './webgpu-conv';

/** Random words that the host draws before a run and feeds: shaders have no product of 32-bit words. */
export interface HostDraw {
  /** The input of the rewritten graph that takes them. */
  readonly name: string;
  /** The input that holds the keys, int32 `[..., 2]`. */
  readonly key: string;
  readonly shape: readonly number[];
  draw(key: readonly [number, number]): ArrayLike<number>;
}

export interface Rewritten {
  readonly outputs: readonly Tensor[];
  /** Inputs that are fed as int32 though the graph says int64. */
  readonly inputs: Graph['inputs'];
  readonly draws: readonly HostDraw[];
}

/** Ops whose result is int64 whatever their inputs are. */
const makesInt64 = new Set(['argmax', 'argmin', 'topKIndices', 'randomBits']);

/**
 * The graph as the WebGPU provider computes it well: int32 in the place of int64, which it leaves to the processor, random words
 * as inputs, convolutions in the forms that are right. A graph with loops stays as it is: their control runs on the processor
 * anyway.
 *
 * @throws UserError when a number does not fit 32 bits, or a loop contains a convolution
 */
export function webgpuGraph(graph: Graph): Rewritten {
  const outputs = graph.outputs.map(({ tensor }) => tensor);
  const order = topologicalOrder(outputs);
  const draws: HostDraw[] = [];
  const loops = order.filter(({ op }) => op === 'loop');
  for (const loop of loops) {
    const convolution = topologicalOrder((loop.attributes['body'] as { outputs: readonly Tensor[] }).outputs).find(isConv);
    if (convolution !== undefined) throw convInLoop(convolution);
  }
  if (loops.length > 0 && !order.some(isConv)) return { outputs, inputs: graph.inputs, draws };
  const inputs = graph.inputs.map((spec) => (spec.dtype === 'int64' ? { ...spec, dtype: 'int32' as const } : spec));
  const rewritten = new Map<Tensor, Tensor>();
  for (const node of order) rewritten.set(node, rewrite(node, rewritten, draws));
  return { outputs: outputs.map((x) => rewritten.get(x)!), inputs, draws };
}

function rewrite(node: Tensor, rewritten: ReadonlyMap<Tensor, Tensor>, draws: HostDraw[]): Tensor {
  const drawn = hostDraw(node, draws.length);
  if (drawn !== undefined) {
    draws.push(drawn);
    return input(drawn.name, drawn.shape, 'int32');
  }
  const inputs = node.inputs.map((x) => rewritten.get(x)!);
  if (isConv(node)) return webgpuConv(node, inputs);
  if (node.dtype !== 'int64') return inputs.every((x, i) => x === node.inputs[i]) ? node : reapply(node, inputs);
  if (node.op === 'input') return input(node.attributes['name'] as string, node.shape, 'int32');
  if (node.op === 'scalar') return constant(node.attributes['value'] as number, [], 'int32');
  if (node.op === 'constant') checkInt32(constantData(node), 'the GPU', 'a constant');
  if (node.op === 'constant') return constant(toTypedArray(constantData(node), 'int32'), node.shape, 'int32');
  if (node.op === 'cast') return cast(inputs[0]!, 'int32');
  if (node.op === 'maxPoolIndices') return maxPoolPlaces(reapply(node, inputs));
  const y = reapply(node, inputs);
  return makesInt64.has(node.op) ? cast(y, 'int32') : y;
}

/** What the host can draw: 16-bit numbers, and 32-bit words divided by a power of two, from a key that is fed. */
function hostDraw(node: Tensor, place: number): HostDraw | undefined {
  const shift = node.op === 'div' && node.dtype === 'int64' ? Math.log2(scalarValue(node.inputs[1]!) ?? 0) : 0;
  const bits = shift === 0 ? node : node.inputs[0]!;
  const [key] = bits.inputs;
  if (bits.op !== 'randomBits' || key?.op !== 'input') return undefined;
  const { count, stream, width } = bits.attributes as { count: number; stream: number; width: 16 | 32 };
  if (width === 32 && !(Number.isInteger(shift) && shift >= 1)) return undefined;
  if (width === 16 && shift !== 0) return undefined;
  const draw = width === 16 ? (k: readonly [number, number]) => philoxHalves(k, count, stream) : (k: readonly [number, number]) => philoxWords(k, count, stream).map((word) => word >>> shift);
  return { name: `%random${place}`, key: key.attributes['name'] as string, shape: node.shape, draw };
}
