import { escapeXml } from '#core/figure';
import { gridAxes } from '../grid';
import { type Surface, withComputed } from '../surface';
import { type MeshOptions, quantityValues } from './mesh';
import { dataArray, xmlNumber } from './vtk';

/**
 * VTK XML ImageData (ParaView, PyVista, VisIt): every quantity as point data on the regular grid, for slices, iso-surfaces and volume
 * rendering. A plane is one layer thick. Not computed is `nan`, no finite value `inf`; where points were chosen,
 * `computed` is 1 at them and 0 at those that are interpolated.
 */
export function exportVti(given: Surface, options: MeshOptions = {}): Uint8Array {
  const surface = withComputed(given);
  const { quantity } = quantityValues(surface, options.quantity);
  const [x, y, z = { from: 0, to: 0, count: 1 }] = gridAxes(surface.recipe.grid);
  const axes = [x!, y!, z];
  const extent = axes.map(({ count }) => `0 ${count - 1}`).join(' ');
  const spacing = axes.map(({ from, to, count }) => (count > 1 ? (to - from) / (count - 1) : 1));
  const lines = [
    '<?xml version="1.0"?>',
    '<VTKFile type="ImageData" version="1.0" byte_order="LittleEndian" header_type="UInt64">',
    `<ImageData WholeExtent="${extent}" Origin="${axes.map(({ from }) => from).join(' ')}" Spacing="${spacing.join(' ')}">`,
    `<Piece Extent="${extent}">`,
    `<PointData Scalars="${escapeXml(quantity)}">`,
    ...Object.entries(surface.values).map(([name, values]) => dataArray(name, 'Float64', Array.from(values, xmlNumber))),
    '</PointData>',
    '<CellData></CellData>',
    '</Piece>',
    '</ImageData>',
    '</VTKFile>',
    '',
  ];
  return new TextEncoder().encode(lines.join('\n'));
}
