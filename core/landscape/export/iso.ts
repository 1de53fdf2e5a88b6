import { UserError } from '#core/graph';
import type { Surface } from '../surface';
import { defaultLevels, type IsoSurface, isoSurface, shareBelow, type VolumeField, type VolumeFrame } from '../volume';
import type { HeightScale } from './height';
import { type MeshOptions, quantityValues } from './mesh';

export interface IsoOptions extends MeshOptions {
  /** Values of the quantity at which iso-surfaces of a volume lie; absent: `defaultLevels`. */
  readonly levels?: readonly number[];
}

/** A quantity of a volume as the field that iso-surfaces are made of. @throws UserError for a grid one point thick */
function volumeField({ x, y, z }: Surface, values: Float64Array): VolumeField {
  const counts = [x.length, y.length, z?.length ?? 1] as const;
  if (counts.some((count) => count < 2)) throw new UserError('landscape.export.thin', `a grid of ${counts.join(' x ')} points is not thick enough for iso-surfaces`, { hint: 'Compute at least two points along each axis.' });
  return { counts, values };
}

/**
 * The iso-surfaces of a volume that are asked for, lowest first; in the volume's own coordinates, or centred with the longer side -1..1.
 *
 * @throws UserError where no point lies on one of them
 */
export function isoParts(surface: Surface, options: IsoOptions & { readonly own?: boolean }): { quantity: string; parts: readonly IsoSurface[] } {
  const { quantity, values } = quantityValues(surface, options.quantity);
  const field = volumeField(surface, values);
  const levels = levelsOf(surface, quantity, values, options);
  const frame = options.own === true ? ownFrame(surface) : centredFrame(surface);
  const parts = levels.map((level) => isoSurface(field, level, frame));
  const empty = parts.find(({ indices }) => indices.length === 0);
  if (parts.length === 0 || empty !== undefined) {
    const finite = values.filter(Number.isFinite).sort();
    const range = finite.length === 0 ? 'no value is finite' : `values go from ${finite[0]} to ${finite.at(-1)}`;
    throw new UserError('landscape.levels', `there is no surface ${empty === undefined ? 'to show' : `of ${quantity} ${empty.level}`}: ${range}`, { hint: 'Choose levels between them: --levels 0.5,1,2' });
  }
  return { quantity, parts };
}

const levelsOf = ({ centre }: Surface, quantity: string, values: Float64Array, { levels }: IsoOptions): number[] =>
  (levels ?? defaultLevels(values, centre[quantity] ?? NaN)).toSorted((a, b) => a - b);

/** The levels that iso-surfaces are asked for (or the default ones), and the share of the box that lies below each. */
export function isoLevels(surface: Surface, options: IsoOptions): { level: number; share: number }[] {
  const { quantity, values } = quantityValues(surface, options.quantity);
  const field = volumeField(surface, values);
  return levelsOf(surface, quantity, values, options).map((level) => ({ level, share: shareBelow(field, level) }));
}

/** Colours of a volume tell its shells apart: over decades, where all values are positive. */
export const isoScale = ({ minimum, recipe }: Surface, quantity = recipe.quantities[0] ?? ''): HeightScale => ((minimum[quantity]?.value ?? 0) > 0 ? 'log' : 'linear');

const axesOf = ({ x, y, z }: Surface): [Float64Array, Float64Array, Float64Array] => [x, y, z!];

function ownFrame(surface: Surface): VolumeFrame {
  const axes = axesOf(surface);
  return { origin: axes.map((axis) => axis[0]!) as [number, number, number], spacing: axes.map((axis) => (axis.at(-1)! - axis[0]!) / (axis.length - 1)) as [number, number, number] };
}

function centredFrame(surface: Surface): VolumeFrame {
  const { spacing } = ownFrame(surface);
  const sides = axesOf(surface).map((axis, k) => spacing[k]! * (axis.length - 1));
  const unit = 2 / Math.max(...sides);
  return { origin: sides.map((side) => (-unit * side) / 2) as [number, number, number], spacing: spacing.map((step) => unit * step) as [number, number, number] };
}
