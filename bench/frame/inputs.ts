import { Philox, sizeOf } from '#core/graph';
import { makePlane, type LandscapeParameter } from '#core/landscape';
import { type Network, networkOf } from '../networks';
import type { Case } from './case';
import type { Numbers, StoredTensor } from './tensors';

/**
 * The numbers that all contenders of a case compute with: `parameters.*`, `buffers.*`, `x`, `labels`, and what the work
 * needs besides (`vector.*`, `directions.0.*`). They follow from the case's name alone.
 */
export function makeInputs(c: Case): Record<string, StoredTensor> {
  const network = networkOf(c.network);
  const members = c.work.kind === 'population' ? c.work.members : undefined;
  const tensors: Record<string, StoredTensor> = {};
  for (const [name, { shape }] of Object.entries(network.parameters)) {
    const all = members === undefined ? [initial(network, name, 0)] : Array.from({ length: members }, (_, member) => initial(network, name, member));
    tensors[`parameters.${name}`] = { shape: members === undefined ? shape : [members, ...shape], data: joined(all) };
    if (c.work.kind === 'hvp' || c.work.kind === 'eigen') tensors[`vector.${name}`] = { shape, data: new Philox(1, name).normals(sizeOf(shape)) };
  }
  for (const [name, { shape, value }] of Object.entries(network.buffers)) {
    tensors[`buffers.${name}`] = { shape, data: new Float32Array(sizeOf(shape)).fill(value) };
  }
  const { input, classes, labelsAnExample } = network;
  const random = new Philox(0, `inputs.${c.network.kind}`);
  const shape = [c.examples, ...input.shape];
  tensors['x'] = { shape, data: input.dtype === 'float32' ? random.normals(sizeOf(shape)) : Int32Array.from(random.words(sizeOf(shape)), (word) => word % classes) };
  const labelShape = labelsAnExample === 1 ? [c.examples] : [c.examples, labelsAnExample];
  tensors['labels'] = { shape: labelShape, data: Int32Array.from(random.words(sizeOf(labelShape)), (word) => word % classes) };
  if (c.work.kind === 'surface') {
    const parameters = Object.fromEntries(
      Object.entries(network.parameters).map(([name, { shape: of, role }]): [string, LandscapeParameter] => [
        name,
        { shape: of, data: tensors[`parameters.${name}`]!.data as Float32Array, kind: role },
      ]),
    );
    const { directions } = makePlane({ parameters }, { kind: 'random', seed: 0, normalization: 'filter', include: 'weights', orthogonal: false });
    directions.forEach((direction, k) => {
      for (const [name, data] of Object.entries(direction)) tensors[`directions.${k}.${name}`] = { shape: parameters[name]!.shape, data };
    });
  }
  return tensors;
}

/** Weights of variance 2 / fan-in, norms of one, biases of zero. */
function initial(network: Network, name: string, member: number): Float32Array {
  const { shape, role } = network.parameters[name]!;
  if (role !== 'weight') return new Float32Array(sizeOf(shape)).fill(role === 'norm' && name.endsWith('weight') ? 1 : 0);
  const fanIn = sizeOf(shape.slice(1));
  return new Philox(member, name).normals(sizeOf(shape)).map((value) => value * Math.sqrt(network.gain / fanIn));
}

function joined(parts: readonly Float32Array[]): Numbers {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
