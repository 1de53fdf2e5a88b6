import { escapeXml } from '#core/figure';
import type { Surface } from '../surface';
import { type MeshOptions, surfaceMesh } from './mesh';
import { dataArray, xmlNumber } from './vtk';

/**
 * VTK XML PolyData (ParaView, PyVista, VisIt): the surface's triangles and the trajectory as a polyline. Point data hold
 * the plane coordinates and every quantity; holes have no triangles.
 */
export function exportVtp(surface: Surface, options: MeshOptions = {}): Uint8Array {
  const mesh = surfaceMesh(surface, options);
  const columns = surface.x.length;
  const surfacePoints = mesh.gridIndex.length;
  const pathPoints = mesh.path.length / 3;
  const triangles = mesh.indices.length / 3;
  const path = (length: number): number[] => new Array<number>(length).fill(NaN);
  const arrays: [string, number[]][] = [
    ['x', [...Array.from(mesh.gridIndex, (index) => surface.x[index % columns]!), ...path(pathPoints)]],
    ['y', [...Array.from(mesh.gridIndex, (index) => surface.y[Math.floor(index / columns)]!), ...path(pathPoints)]],
    ...Object.entries(surface.values).map(([name, values]): [string, number[]] => [
      name,
      [...Array.from(mesh.gridIndex, (index) => values[index]!), ...path(pathPoints)],
    ]),
  ];
  const lines = [
    '<?xml version="1.0"?>',
    '<VTKFile type="PolyData" version="1.0" byte_order="LittleEndian" header_type="UInt64">',
    '<PolyData>',
    `<Piece NumberOfPoints="${surfacePoints + pathPoints}" NumberOfVerts="0" NumberOfLines="${pathPoints > 1 ? 1 : 0}" NumberOfStrips="0" NumberOfPolys="${triangles}">`,
    `<PointData Scalars="${escapeXml(mesh.quantity)}">`,
    ...arrays.map(([name, data]) => dataArray(name, 'Float64', data.map(xmlNumber))),
    '</PointData>',
    '<CellData></CellData>',
    `<Points>${dataArray('Points', 'Float32', [...mesh.positions, ...mesh.path], 3)}</Points>`,
    '<Verts></Verts>',
    `<Lines>${cells(pathPoints > 1 ? Array.from({ length: pathPoints }, (_, i) => surfacePoints + i) : [], pathPoints)}</Lines>`,
    '<Strips></Strips>',
    `<Polys>${cells(Array.from(mesh.indices), 3)}</Polys>`,
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
