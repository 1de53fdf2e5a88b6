import { escapeXml } from '#core/figure';

/** A `DataArray` of a VTK XML file, as text. */
export const dataArray = (name: string, type: string, data: readonly (number | string)[], components = 1): string =>
  `<DataArray type="${type}" Name="${escapeXml(name)}" NumberOfComponents="${components}" format="ascii">${data.join(' ')}</DataArray>`;

/** A number as VTK's readers take it. */
export const xmlNumber = (value: number): string => (Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf');
