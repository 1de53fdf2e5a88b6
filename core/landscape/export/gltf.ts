import { colorBytes } from '#core/figure';
import type { Surface } from '../surface';
import { type ColorMapName, colorTable, linearLight, sampleColor } from './colors';
import { GltfBuffer, yUp } from './gltf-buffer';
import { unitHeight } from './height';
import { isoGltf } from './iso-gltf';
import type { IsoOptions } from './iso';
import { surfaceMesh } from './mesh';

const LINE_STRIP = 3;

/**
 * One self-contained glTF 2.0 file: the surface with vertex colours and normals, each path of training as a line in its colour, the recipe in
 * `extras`. glTF's y points up, so plane coordinates (x, y) and height z become (x, z, -y).
 */
export function exportGltf(surface: Surface, options: IsoOptions & { readonly colorMap?: ColorMapName } = {}): Uint8Array {
  if (surface.z !== undefined) return isoGltf(surface, options);
  const mesh = surfaceMesh(surface, options);
  const table = colorTable(options.colorMap ?? 'viridis');
  const colors = new Float32Array(mesh.gridIndex.length * 3);
  mesh.gridIndex.forEach((index, vertex) => {
    const color = sampleColor(table, unitHeight(mesh.heights, mesh.heights.heights[index]!));
    colors.set(color.map(linearLight), vertex * 3);
  });
  const buffer = new GltfBuffer();
  const surfacePrimitive = {
    attributes: {
      POSITION: buffer.vectors(yUp(mesh.positions), true),
      NORMAL: buffer.vectors(yUp(mesh.normals)),
      COLOR_0: buffer.vectors(colors),
    },
    indices: buffer.indices(mesh.indices),
    material: 0,
  };
  const lines = mesh.paths.filter(({ positions }) => positions.length >= 6).map(({ name, color, positions }, i) => ({
    name: mesh.paths.length > 1 ? `trajectory of ${name}` : 'trajectory',
    color: mesh.paths.length > 1 ? colorBytes(color).map(linearLight) : [0.9, 0.15, 0.1],
    primitives: [{ attributes: { POSITION: buffer.vectors(yUp(positions), true) }, mode: LINE_STRIP, material: 1 + i }],
  }));
  const document = {
    asset: { version: '2.0', generator: 'Basin', extras: { recipe: surface.recipe } },
    scene: 0,
    scenes: [{ nodes: [0, ...lines.map((_, i) => 1 + i)] }],
    nodes: [{ mesh: 0, name: mesh.quantity }, ...lines.map(({ name }, i) => ({ mesh: 1 + i, name }))],
    meshes: [{ name: mesh.quantity, primitives: [surfacePrimitive] }, ...lines.map(({ name, primitives }) => ({ name, primitives }))],
    materials: [
      { name: 'surface', doubleSided: true, pbrMetallicRoughness: { baseColorFactor: [1, 1, 1, 1], metallicFactor: 0, roughnessFactor: 0.65 } },
      ...lines.map(({ name, color }) => ({ name, pbrMetallicRoughness: { baseColorFactor: [...color, 1], metallicFactor: 0, roughnessFactor: 1 } })),
    ],
    ...buffer.finish(),
  };
  return new TextEncoder().encode(JSON.stringify(document));
}
