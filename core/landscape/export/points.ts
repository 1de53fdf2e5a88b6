import type { Shape } from '#core/figure';
import { computedMask, type Surface } from '../surface';

/**
 * Small squares at the points that were computed, where the others are interpolated; nothing where all were. They are one path a colour, so that
 * thousands of them stay one shape.
 *
 * @param place where a point of the grid lies in pixels
 * @param color what it is told apart by from its ground, `#rgb` or `#rrggbb`
 * @param side of a square, in pixels
 */
export function drawComputed(surface: Pick<Surface, 'recipe' | 'values'>, place: (index: number) => readonly [number, number], color: (index: number) => string, side: number): Shape[] {
  const squares = new Map<string, string>();
  computedMask(surface)?.forEach((known, index) => {
    const [x, y] = place(index);
    if (known === 0 || !Number.isFinite(x + y)) return;
    const [left, top, right, bottom] = [x - side / 2, y - side / 2, x + side / 2, y + side / 2].map((at) => at.toFixed(1));
    const fill = color(index);
    squares.set(fill, `${squares.get(fill) ?? ''}M${left} ${top}H${right}V${bottom}H${left}Z`);
  });
  return [...squares].map(([fill, d]): Shape => ({ kind: 'path', d, fill }));
}
