import { escapeXml } from '#core/figure';
import { type Surface, withComputed } from '../surface';
import { isoParts, type IsoOptions } from './iso';
import { surfaceMesh } from './mesh';
import { drawnPaths } from './paths';
import { dataArray, xmlNumber } from './vtk';

/**
 * VTK XML PolyData (ParaView, PyVista, VisIt): the surface's triangles and each path of training as a polyline. Point data hold
 * the plane coordinates, every quantity, and `path`: 0 on this run's path, then 1, 2 ... on those of other runs. Holes have no triangles. Where points were
 * chosen, `computed` is 1 at them and 0 at those that are interpolated.
 */
export function exportVtp(given: Surface, options: IsoOptions = {}): Uint8Array {
  if (given.z !== undefined) return isoVtp(given, options);
  const surface = withComputed(given);
  const mesh = surfaceMesh(given, options);
  const columns = surface.x.length;
  const paths = mesh.paths.map(({ positions }) => positions);
  const onPaths = paths.flatMap((path, which) => new Array<number>(path.length / 3).fill(which));
  const none = onPaths.map(() => NaN);
  const arrays: [string, number[]][] = [
    ['x', [...Array.from(mesh.gridIndex, (index) => surface.x[index % columns]!), ...none]],
    ['y', [...Array.from(mesh.gridIndex, (index) => surface.y[Math.floor(index / columns)]!), ...none]],
    ...Object.entries(surface.values).map(([name, values]): [string, number[]] => [name, [...Array.from(mesh.gridIndex, (index) => values[index]!), ...none]]),
    ...pathArray(mesh.gridIndex.length, onPaths),
  ];
  return polyData(mesh.quantity, arrays, [...mesh.positions, ...paths.flatMap((path) => Array.from(path))], Array.from(mesh.indices), linesAfter(mesh.gridIndex.length, paths));
}

/** Whose path a point is on; of no path NaN. One path alone needs no number. */
const pathArray = (before: number, onPaths: readonly number[]): [string, number[]][] =>
  (onPaths.at(-1) ?? 0) === 0 ? [] : [['path', [...new Array<number>(before).fill(NaN), ...onPaths]]];

/** Polylines through paths whose points follow so many others. */
function linesAfter(before: number, paths: readonly ArrayLike<number>[]): number[][] {
  let first = before;
  return paths.flatMap(({ length }) => {
    const own = Array.from({ length: length / 3 }, (_, i) => first + i);
    first += own.length;
    return own.length > 1 ? [own] : [];
  });
}

/** The iso-surfaces of a volume in its own coordinates, with the level of each as point data under the quantity's name, and paths of training as polylines. */
function isoVtp(surface: Surface, options: IsoOptions): Uint8Array {
  const { quantity, parts } = isoParts(surface, { ...options, own: true });
  const paths = drawnPaths(surface).map(({ points }) => points);
  const onPaths = paths.flatMap((path, which) => new Array<number>(path.length / 3).fill(which));
  let first = 0;
  const indices = parts.flatMap((part) => {
    const own = Array.from(part.indices, (index) => index + first);
    first += part.positions.length / 3;
    return own;
  });
  const levels = parts.flatMap(({ level, positions }) => new Array<number>(positions.length / 3).fill(level));
  return polyData(quantity, [[quantity, [...levels, ...onPaths.map(() => NaN)]], ...pathArray(first, onPaths)], [...parts.flatMap(({ positions }) => Array.from(positions)), ...paths.flatMap((path) => Array.from(path))], indices, linesAfter(first, paths));
}

function polyData(scalars: string, arrays: readonly (readonly [string, readonly number[]])[], points: readonly number[], triangles: readonly number[], polylines: readonly (readonly number[])[]): Uint8Array {
  const lines = [
    '<?xml version="1.0"?>',
    '<VTKFile type="PolyData" version="1.0" byte_order="LittleEndian" header_type="UInt64">',
    '<PolyData>',
    `<Piece NumberOfPoints="${points.length / 3}" NumberOfVerts="0" NumberOfLines="${polylines.length}" NumberOfStrips="0" NumberOfPolys="${triangles.length / 3}">`,
    `<PointData Scalars="${escapeXml(scalars)}">`,
    ...arrays.map(([name, data]) => dataArray(name, 'Float64', data.map(xmlNumber))),
    '</PointData>',
    '<CellData></CellData>',
    `<Points>${dataArray('Points', 'Float32', points, 3)}</Points>`,
    '<Verts></Verts>',
    `<Lines>${cells(polylines.flat(), polylines.map(({ length }) => length))}</Lines>`,
    '<Strips></Strips>',
    `<Polys>${cells(triangles, new Array<number>(triangles.length / 3).fill(3))}</Polys>`,
    '</Piece>',
    '</PolyData>',
    '</VTKFile>',
    '',
  ];
  return new TextEncoder().encode(lines.join('\n'));
}

function cells(connectivity: readonly number[], sizes: readonly number[]): string {
  let end = 0;
  const offsets = sizes.map((size) => (end += size));
  return dataArray('connectivity', 'Int64', connectivity) + dataArray('offsets', 'Int64', offsets);
}
