import type { Graph } from '#core/graph';
import { prepare } from '../prepare';
import type { DeviceId } from '../program';
import { OnnxBuilder } from './builder';
import { blockSize } from './lower/blocked/block-size';
import { lowerings } from './lower';

/** The outputs of a graph that the device computes in an arrangement of its own, by name: worth sealing where only programs read them. */
export async function sealable(graph: Graph, device: DeviceId): Promise<string[]> {
  const block = device === 'cpu' ? await blockSize() : undefined;
  if (block === undefined) return [];
  const { outputs } = prepare(graph, device);
  const builder = new OnnxBuilder(lowerings, { portable: false, block, openBatch: new Set(), sealed: new Set(), taken: [] }, outputs.map(({ tensor }) => tensor));
  return outputs.filter(({ tensor }) => builder.layoutOf(tensor)?.exchange?.serves(tensor, builder) === true).map(({ name }) => name);
}
