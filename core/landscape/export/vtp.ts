import { escapeXml } from '#core/figure';
import type { Surface } from '../surface';
import { isoParts, type IsoOptions } from './iso';
import { surfaceMesh } from './mesh';
import { dataArray, xmlNumber } from './vtk';

/**
 * VTK XML PolyData (ParaView, PyVista, VisIt): the surface's triangles and the trajectory as a polyline. Point data hold
 * the plane coordinates and every quantity; holes have no triangles.
 */
export function exportVtp(surface: Surface, options: IsoOptions = {}): Uint8Array {
  if (surface.z !== undefined) return isoVtp(surface, options);
  const mesh = surfaceMesh(surface, options);
  const columns = surface.x.length;
  const surfacePoints = mesh.gridIndex.length;
  const pathPoints = mesh.path.length / 3;
  const path = (length: number): number[] => new Array<number>(length).fill(NaN);
  const arrays: [string, number[]][] = [
    ['x', [...Array.from(mesh.gridIndex, (index) => surface.x[index % columns]!), ...path(pathPoints)]],
    ['y', [...Array.from(mesh.gridIndex, (index) => surface.y[Math.floor(index / columns)]!), ...path(pathPoints)]],
    ...Object.entries(surface.values).map(([name, values]): [string, number[]] => [
      name,
      [...Array.from(mesh.gridIndex, (index) => values[index]!), ...path(pathPoints)],
    ]),
  ];
  return polyData(mesh.quantity, arrays, [...mesh.positions, ...mesh.path], Array.from(mesh.indices), pathPoints > 1 ? Array.from({ length: pathPoints }, (_, i) => surfacePoints + i) : []);
}

/** The iso-surfaces of a volume in its own coordinates, with the level of each as point data under the quantity's name, and the trajectory as a polyline. */
function isoVtp(surface: Surface, options: IsoOptions): Uint8Array {
  const { quantity, parts } = isoParts(surface, { ...options, own: true });
  const path = Array.from(surface.trajectory?.points ?? []);
  const none = new Array<number>(path.length / 3).fill(NaN);
  let first = 0;
  const indices = parts.flatMap((part) => {
    const own = Array.from(part.indices, (index) => index + first);
    first += part.positions.length / 3;
    return own;
  });
  const levels = parts.flatMap(({ level, positions }) => new Array<number>(positions.length / 3).fill(level));
  return polyData(quantity, [[quantity, [...levels, ...none]]], [...parts.flatMap(({ positions }) => Array.from(positions)), ...path], indices, none.length > 1 ? none.map((_, i) => first + i) : []);
}

function polyData(scalars: string, arrays: readonly (readonly [string, readonly number[]])[], points: readonly number[], triangles: readonly number[], line: readonly number[]): Uint8Array {
  const lines = [
    '<?xml version="1.0"?>',
    '<VTKFile type="PolyData" version="1.0" byte_order="LittleEndian" header_type="UInt64">',
    '<PolyData>',
    `<Piece NumberOfPoints="${points.length / 3}" NumberOfVerts="0" NumberOfLines="${line.length > 0 ? 1 : 0}" NumberOfStrips="0" NumberOfPolys="${triangles.length / 3}">`,
    `<PointData Scalars="${escapeXml(scalars)}">`,
    ...arrays.map(([name, data]) => dataArray(name, 'Float64', data.map(xmlNumber))),
    '</PointData>',
    '<CellData></CellData>',
    `<Points>${dataArray('Points', 'Float32', points, 3)}</Points>`,
    '<Verts></Verts>',
    `<Lines>${cells(line, line.length)}</Lines>`,
    '<Strips></Strips>',
    `<Polys>${cells(triangles, 3)}</Polys>`,
    '</Piece>',
    '</PolyData>',
    '</VTKFile>',
    '',
  ];
  return new TextEncoder().encode(lines.join('\n'));
}

function cells(connectivity: readonly number[], size: number): string {
  const count = size > 0 ? connectivity.length / size : 0;
  const offsets = Array.from({ length: count }, (_, i) => (i + 1) * size);
  return dataArray('connectivity', 'Int64', connectivity) + dataArray('offsets', 'Int64', offsets);
}
