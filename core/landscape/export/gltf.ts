import type { Surface } from '../surface';
import { type ColorMapName, colorTable, linearLight, sampleColor } from './colors';
import { unitHeight } from './height';
import { type MeshOptions, surfaceMesh } from './mesh';

const FLOAT = 5126;
const UNSIGNED_INT = 5125;
const ARRAY_BUFFER = 34962;
const ELEMENT_ARRAY_BUFFER = 34963;
const LINE_STRIP = 3;

/**
 * One self-contained glTF 2.0 file: the surface with vertex colours and normals, the trajectory as a line, the recipe in
 * `extras`. glTF's y points up, so plane coordinates (x, y) and height z become (x, z, -y).
 */
export function exportGltf(surface: Surface, options: MeshOptions & { readonly colorMap?: ColorMapName } = {}): Uint8Array {
  const mesh = surfaceMesh(surface, options);
  const table = colorTable(options.colorMap ?? 'viridis');
  const colors = new Float32Array(mesh.gridIndex.length * 3);
  mesh.gridIndex.forEach((index, vertex) => {
    const color = sampleColor(table, unitHeight(mesh.heights, mesh.heights.heights[index]!));
    colors.set(color.map(linearLight), vertex * 3);
  });
  const buffer = new BufferBuilder();
  const surfacePrimitive = {
    attributes: {
      POSITION: buffer.vectors(yUp(mesh.positions), true),
      NORMAL: buffer.vectors(yUp(mesh.normals)),
      COLOR_0: buffer.vectors(colors),
    },
    indices: buffer.indices(mesh.indices),
    material: 0,
  };
  const hasPath = mesh.path.length >= 6;
  const pathPrimitive = hasPath ? { attributes: { POSITION: buffer.vectors(yUp(mesh.path), true) }, mode: LINE_STRIP, material: 1 } : undefined;
  const document = {
    asset: { version: '2.0', generator: 'Basin', extras: { recipe: surface.recipe } },
    scene: 0,
    scenes: [{ nodes: hasPath ? [0, 1] : [0] }],
    nodes: [{ mesh: 0, name: mesh.quantity }, ...(hasPath ? [{ mesh: 1, name: 'trajectory' }] : [])],
    meshes: [{ name: mesh.quantity, primitives: [surfacePrimitive] }, ...(pathPrimitive ? [{ name: 'trajectory', primitives: [pathPrimitive] }] : [])],
    materials: [
      { name: 'surface', doubleSided: true, pbrMetallicRoughness: { baseColorFactor: [1, 1, 1, 1], metallicFactor: 0, roughnessFactor: 0.65 } },
      ...(hasPath ? [{ name: 'trajectory', pbrMetallicRoughness: { baseColorFactor: [0.9, 0.15, 0.1, 1], metallicFactor: 0, roughnessFactor: 1 } }] : []),
    ],
    ...buffer.finish(),
  };
  return new TextEncoder().encode(JSON.stringify(document));
}

function yUp(points: Float32Array): Float32Array {
  const turned = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 3) turned.set([points[i]!, points[i + 2]!, -points[i + 1]! + 0], i);
  return turned;
}

/** Collects accessors in one buffer; every entry is a multiple of four bytes, so that all stay aligned. */
class BufferBuilder {
  private readonly chunks: Uint8Array[] = [];
  private readonly views: object[] = [];
  private readonly accessors: object[] = [];
  private length = 0;

  vectors(data: Float32Array, bounds = false): number {
    const accessor = { componentType: FLOAT, count: data.length / 3, type: 'VEC3' };
    return this.add(data, ARRAY_BUFFER, bounds ? { ...accessor, ...extremes(data) } : accessor);
  }

  indices(data: Uint32Array): number {
    return this.add(data, ELEMENT_ARRAY_BUFFER, { componentType: UNSIGNED_INT, count: data.length, type: 'SCALAR' });
  }

  finish(): object {
    const bytes = Buffer.concat(this.chunks);
    const uri = `data:application/octet-stream;base64,${bytes.toString('base64')}`;
    return { buffers: [{ byteLength: bytes.length, uri }], bufferViews: this.views, accessors: this.accessors };
  }

  private add(data: Float32Array | Uint32Array, target: number, accessor: object): number {
    this.chunks.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.views.push({ buffer: 0, byteOffset: this.length, byteLength: data.byteLength, target });
    this.length += data.byteLength;
    return this.accessors.push({ bufferView: this.views.length - 1, ...accessor }) - 1;
  }
}

function extremes(data: Float32Array): { min: number[]; max: number[] } {
  const min = [Infinity, Infinity, Infinity];
  const max = [-Infinity, -Infinity, -Infinity];
  data.forEach((value, i) => {
    min[i % 3] = Math.min(min[i % 3]!, value);
    max[i % 3] = Math.max(max[i % 3]!, value);
  });
  return { min, max };
}
