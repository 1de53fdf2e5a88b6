import { pathColor, pathLabel } from '#host-client';
import { Group } from 'three';
import type { ScenePalette } from './colors';
import type { PathData, SurfaceData } from './data';
import type { Frame } from './frame';
import { heightAt, type HeightField } from './heights';
import { Lines, polyline } from './lines';
import { ball, clear, LIFT, type Point } from './marks';

/** A path as it stands in the scene. */
export interface ShownPath {
  readonly points: readonly Point[];
  /** The points, with others between them where the line has to bend. */
  readonly line: readonly Point[];
  readonly color: string;
}

/** Whose path has which colour. */
export interface PathKey {
  readonly color: string;
  readonly text: string;
}

/** All paths of the data, this run's own first. */
export const pathsOf = ({ trajectory, otherTrajectories = [] }: Pick<SurfaceData, 'trajectory' | 'otherTrajectories'>): readonly PathData[] => [...(trajectory ? [trajectory] : []), ...otherTrajectories];

/** The colour of the i-th of so many paths: one alone has the scene's own. */
export const colorOf = (index: number, count: number, palette: ScenePalette): string => (count > 1 ? pathColor(index) : palette.path);

/** The legend of several paths; of one alone there is none. */
export function pathKeys(data: Pick<SurfaceData, 'trajectory' | 'otherTrajectories'>): PathKey[] {
  const paths = pathsOf(data);
  return paths.length < 2 ? [] : paths.map((path, i) => ({ color: pathColor(i), text: pathLabel(path) }));
}

/** Paths of training; of several the own one is drawn last. */
export class PathMarks {
  readonly object = new Group();
  private readonly marks: PathMark[] = [];

  /** The paths of a surface, lying on it. */
  update(data: Parameters<typeof pathsOf>[0], field: HeightField, frame: Frame, palette: ScenePalette): void {
    const paths = pathsOf(data);
    this.show(paths.map((path, i): ShownPath => {
      const points = pathPoints(path, field, frame);
      return { points, line: refine(points, field, frame), color: colorOf(i, paths.length, palette) };
    }), frame.floor, palette);
  }

  /** @param order what they are drawn after */
  show(paths: readonly ShownPath[], floor: number, palette: ScenePalette, order = 0): void {
    while (this.marks.length < paths.length) {
      const mark = new PathMark();
      this.marks.push(mark);
      this.object.add(mark.object);
    }
    const none: ShownPath = { points: [], line: [], color: palette.path };
    this.marks.forEach((mark, i) => mark.show(paths[i] ?? none, floor, palette, order));
  }

  resize(width: number, height: number): void {
    for (const mark of this.marks) mark.resize(width, height);
  }

  dispose(): void {
    for (const mark of this.marks) mark.dispose();
  }
}

/** A path of training on the surface and its shadow on the floor; where hills hide it, it shines through faintly. */
class PathMark {
  readonly object = new Group();
  private readonly halo = new Lines({ color: '#fff', width: 6 });
  private readonly line = new Lines({ color: '#f00', width: 3 });
  private readonly hidden = new Lines({ color: '#f00', width: 2 });
  private readonly shadow = new Lines({ color: '#f00', width: 2 });
  private readonly dots = new Group();

  constructor() {
    this.object.add(this.shadow.object, this.hidden.object, this.halo.object, this.line.object, this.dots);
  }

  show({ points, line, color }: ShownPath, floor: number, { halo }: ScenePalette, order: number): void {
    clear(this.dots);
    this.halo.restyle({ color: halo, width: 6.5, opacity: 0.9, order: order + 2 });
    this.line.restyle({ color: color, width: 3, order: order + 3 });
    this.hidden.restyle({ color: color, width: 2, opacity: 0.28, through: true, order: order + 1 });
    this.shadow.restyle({ color: color, width: 1.8, opacity: 0.55, order: 1 });
    for (const lines of [this.halo, this.line, this.hidden]) lines.set(polyline(line));
    // Where the path has left the picture it has no shadow in it either.
    this.shadow.set(polyline(line.map(([x, y, z]) => [x, Number.isFinite(y) ? floor + 0.003 : NaN, z])));
    points.forEach((point, i) => {
      if (!point.every(Number.isFinite)) return;
      const end = i === 0 || i === points.length - 1;
      this.dots.add(ball(point, end ? 0.021 : 0.0125, color, order + 4));
      if (end) this.dots.add(ball(point, 0.0265, halo, order + 3, true));
      if (i === 0) this.dots.add(ball(point, 0.0125, halo, order + 5, false, 0.001));
    });
  }

  resize(width: number, height: number): void {
    for (const lines of [this.halo, this.line, this.hidden, this.shadow]) lines.resize(width, height);
  }

  dispose(): void {
    clear(this.dots);
    for (const lines of [this.halo, this.line, this.hidden, this.shadow]) lines.dispose();
  }
}

/** A path's points on the surface; outside the grid or over a hole the height is NaN. */
function pathPoints({ points }: PathData, field: HeightField, frame: Frame): Point[] {
  return Array.from({ length: points.length / 2 }, (_, i) => {
    const [x, z] = [frame.sceneX(points[2 * i]!), frame.sceneZ(points[2 * i + 1]!)];
    return [x, frame.lift(heightAt(field, frame.column(x), frame.row(z))) + LIFT, z];
  });
}

/** Points between the checkpoints, so that the line lies on the surface instead of cutting through hills. */
function refine(points: readonly Point[], field: HeightField, frame: Frame): Point[] {
  return points.flatMap((point, i): Point[] => {
    const next = points[i + 1];
    if (next === undefined) return [point];
    const pieces = Math.max(1, Math.ceil((Math.hypot(next[0] - point[0], next[2] - point[2]) * Math.max(field.columns, field.rows)) / 2));
    return Array.from({ length: pieces }, (_, k): Point => {
      const [x, z] = [point[0] + ((next[0] - point[0]) * k) / pieces, point[2] + ((next[2] - point[2]) * k) / pieces];
      return [x, frame.lift(heightAt(field, frame.column(x), frame.row(z))) + LIFT, z];
    });
  });
}
