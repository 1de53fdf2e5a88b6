import type { Surface } from './surface';

/** Points of a surface where the network returned no finite loss, and what can be done about them. */
export interface Holes {
  readonly count: number;
  readonly points: number;
  /** A range of each axis in which every computed point is finite; absent without holes, or where there is no such range. */
  readonly within?: readonly (readonly [number, number])[];
  /** In one or two sentences; empty without holes. */
  readonly says: string;
}

const rounded = (value: number): number => Number(value.toPrecision(2));

/** Counts the holes, and looks for a narrower picture around the centre that has none. */
export function findHoles({ x, y, z, values, recipe }: Pick<Surface, 'x' | 'y' | 'z' | 'values'> & Partial<Pick<Surface, 'recipe'>>): Holes {
  const loss = values['loss'] ?? Object.values(values)[0] ?? new Float64Array();
  const axes = [x, y, ...(z ? [z] : [])].filter(({ length }) => length > 1);
  const points = recipe?.adaptive?.points ?? loss.length;
  let [count, known, nearest] = [0, 0, Infinity];
  const shares = new Float64Array(loss.length);
  loss.forEach((value, index) => {
    shares[index] = shareOf(index, axes);
    if (!Number.isNaN(value)) known++;
    if (value !== Infinity) return;
    count++;
    nearest = Math.min(nearest, shares[index]!);
  });
  if (count === 0) return { count, points, says: '' };
  const found = `${count} of ${points} points have no finite value and are left out.`;
  if (count === known) {
    const ends = axes.map((axis) => `${rounded(axis[0]! / 100)}:${rounded(axis.at(-1)! / 100)}`);
    return { count, points, says: `${found} That is every computed point: there is nothing to see. Choose a range a hundred times smaller (${ends.join(' and ')}), or other weights if the centre is infinite too.` };
  }
  let widest = 0;
  loss.forEach((value, index) => {
    if (Number.isFinite(value) && shares[index]! < nearest) widest = Math.max(widest, shares[index]!);
  });
  if (widest === 0) return { count, points, says: `${found} Some lie beside the centre: choose a much smaller range.` };
  const within = axes.map((axis): [number, number] => [axis[0]! * widest, axis.at(-1)! * widest]);
  return { count, points, within, says: `${found} Within ${within.map(([from, to]) => `${rounded(from)} to ${rounded(to)}`).join(' and ')} every computed point is finite: choose that range.` };
}

/** How far out a point lies: the largest share of an axis's reach, from 0 in the middle of the plane to 1 at its border. */
function shareOf(index: number, axes: readonly Float64Array[]): number {
  let rest = index;
  let share = 0;
  for (const axis of axes) {
    const place = axis[rest % axis.length]!;
    rest = Math.floor(rest / axis.length);
    const end = place < 0 ? axis[0]! : axis.at(-1)!;
    if (place !== 0) share = Math.max(share, place / end);
  }
  return share;
}
