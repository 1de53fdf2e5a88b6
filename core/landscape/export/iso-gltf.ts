import { finiteExtent, type Surface } from '../surface';
import { type ColorMapName, colorTable, linearLight, sampleColor } from './colors';
import { GltfBuffer, yUp } from './gltf-buffer';
import { isoParts, isoScale, type IsoOptions } from './iso';
import { unitHeight } from './height';

/** The iso-surfaces of a volume as one glTF file: a translucent mesh each, in the colour of its level; the recipe in `extras`. */
export function isoGltf(surface: Surface, options: IsoOptions & { readonly colorMap?: ColorMapName }): Uint8Array {
  const { quantity, parts } = isoParts(surface, options);
  const onScale = isoScale(surface, quantity) === 'log' ? Math.log10 : (value: number) => value;
  const [low, high] = (finiteExtent(surface.values[quantity]!) ?? [0, 0]).map(onScale) as [number, number];
  const table = colorTable(options.colorMap ?? 'viridis');
  const buffer = new GltfBuffer();
  const meshes = parts.map(({ level, positions, normals, indices }, material) => ({
    name: `${quantity} ${level}`,
    primitives: [{ attributes: { POSITION: buffer.vectors(yUp(positions), true), NORMAL: buffer.vectors(yUp(normals)) }, indices: buffer.indices(indices), material }],
  }));
  const materials = parts.map(({ level }, i) => ({
    name: `${quantity} ${level}`,
    doubleSided: true,
    alphaMode: i === 0 ? 'OPAQUE' : 'BLEND',
    pbrMetallicRoughness: {
      baseColorFactor: [...sampleColor(table, unitHeight({ low, high }, onScale(level))).map(linearLight), i === 0 ? 1 : 0.35],
      metallicFactor: 0,
      roughnessFactor: 0.65,
    },
  }));
  const document = {
    asset: { version: '2.0', generator: 'Basin', extras: { recipe: surface.recipe, levels: parts.map(({ level }) => level) } },
    scene: 0,
    scenes: [{ nodes: meshes.map((_, i) => i) }],
    nodes: meshes.map(({ name }, mesh) => ({ mesh, name })),
    meshes,
    materials,
    ...buffer.finish(),
  };
  return new TextEncoder().encode(JSON.stringify(document));
}
