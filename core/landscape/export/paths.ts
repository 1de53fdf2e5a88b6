import { fitText, label, type Rectangle, type Shape, textWidth } from '#core/figure';
import { surfaceTitle } from '../describe';
import { pathColor, pathLabel } from '../legend';
import type { Surface, SurfaceTrajectory } from '../surface';
import type { Palette } from './chart';

/** A path of training as it is drawn among others. */
export interface DrawnPath extends SurfaceTrajectory {
  readonly name: string;
  /** `#rrggbb` */
  readonly color: string;
}

/** The paths of all runs in the plane, this run's own first; empty where there is none. */
export const drawnPaths = (surface: Surface): DrawnPath[] =>
  [...(surface.trajectory ? [{ ...surface.trajectory, name: surfaceTitle(surface) }] : []), ...(surface.otherTrajectories ?? [])].map((path, i) => ({ ...path, color: pathColor(i) }));

/** Where a place in the plane lies in pixels. */
export type Place = (x: number, y: number) => readonly [number, number];

/** Which colour is whose path, with the share of the path's variance that lies in the plane; nothing where there is one path alone. */
export function drawLegend(surface: Surface, frame: Rectangle, place: Place, palette: Palette, unit: number): Shape[] {
  const paths = drawnPaths(surface);
  if (paths.length < 2) return [];
  const [size, line, pad, swatch] = [12.5 * unit, 19 * unit, 9 * unit, 22 * unit];
  const texts = paths.map((path) => fitText(pathLabel(path), size, 0.55 * frame.width));
  const box = { width: Math.min(0.62 * frame.width + swatch + 3 * pad, Math.max(...texts.map((text) => textWidth(text, size))) + swatch + 3 * pad), height: paths.length * line + 1.2 * pad };
  const { left, top } = emptiestCorner(paths, place, frame, box, 10 * unit);
  return [
    { kind: 'rectangle', left, top, ...box, fill: palette.background, stroke: palette.line, strokeWidth: unit },
    ...paths.flatMap(({ color }, i): Shape[] => {
      const y = top + 0.6 * pad + (i + 0.5) * line;
      const d = `M${(left + pad).toFixed(2)} ${y.toFixed(2)}H${(left + pad + swatch).toFixed(2)}`;
      return [
        { kind: 'path', d, stroke: '#111', strokeWidth: 5 * unit },
        { kind: 'path', d, stroke: color, strokeWidth: 3 * unit },
        label(texts[i]!, left + 2 * pad + swatch, y + 0.35 * size, { size, color: palette.text }),
      ];
    }),
  ];
}

/** The corner of the frame in which a box hides the fewest checkpoints. */
function emptiestCorner(paths: readonly DrawnPath[], place: Place, frame: Rectangle, box: { width: number; height: number }, gap: number): { left: number; top: number } {
  const points = paths.flatMap(({ points: own }) => Array.from({ length: own.length / 2 }, (_, i) => place(own[2 * i]!, own[2 * i + 1]!)));
  const corners = [frame.top + gap, frame.top + frame.height - box.height - gap].flatMap((top) => [frame.left + gap, frame.left + frame.width - box.width - gap].map((left) => ({ left, top })));
  const hidden = ({ left, top }: { left: number; top: number }): number =>
    points.filter(([x, y]) => x > left - gap && x < left + box.width + gap && y > top - gap && y < top + box.height + gap).length;
  return corners.reduce((best, corner) => (hidden(corner) < hidden(best) ? corner : best));
}
