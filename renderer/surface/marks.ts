import { Color, Group, Mesh, MeshBasicMaterial, SphereGeometry } from 'three';
import { type ScenePalette, colorTable } from './colors';
import type { Anchor, CriticalMark, SurfaceData, SurfaceLook } from './data';
import type { Frame } from './frame';
import { contourLevels, heightAt, type HeightField } from './heights';
import { isolines } from './isolines';
import { Lines, polyline } from './lines';

export type Point = readonly [number, number, number];

/** How far lines on the surface are lifted off it. */
const LIFT = 0.004;

/** Contour lines on the floor, coloured like the surface above them. */
export class FloorContours {
  private readonly lines = new Lines({ color: '#ffffff', width: 1.6, order: 1 });
  readonly object = this.lines.object;

  update(field: HeightField, frame: Frame, look: SurfaceLook): void {
    if (!look.contours) {
      this.lines.set([]);
      return;
    }
    const table = colorTable(look.colorMap);
    const positions: number[] = [];
    const colors: number[] = [];
    const y = frame.floor + 0.002;
    for (const { level, points } of isolines(field.heights, field.columns, field.rows, contourLevels(field))) {
      const at = 4 * Math.round((255 * (level - field.low)) / (field.high - field.low));
      // Thin lines need more contrast than areas: darker on white paper, lighter on a dark ground.
      const ink = (byte: number): number => (look.theme === 'light' ? (byte / 255) * 0.88 : 0.16 + (byte / 255) * 0.84);
      const { r, g, b } = new Color().setRGB(ink(table[at]!), ink(table[at + 1]!), ink(table[at + 2]!), 'srgb');
      for (let i = 2; i < points.length; i += 2) {
        positions.push(frame.columnX(points[i - 2]!), y, frame.rowZ(points[i - 1]!), frame.columnX(points[i]!), y, frame.rowZ(points[i + 1]!));
        colors.push(r, g, b, r, g, b);
      }
    }
    this.lines.set(positions, Float32Array.from(colors));
  }

  resize(width: number, height: number): void {
    this.lines.resize(width, height);
  }

  dispose(): void {
    this.lines.dispose();
  }
}

/** The path of training on the surface and its shadow on the floor; where hills hide it, it shines through faintly. */
export class PathMark {
  readonly object = new Group();
  private readonly halo = new Lines({ color: '#fff', width: 6 });
  private readonly line = new Lines({ color: '#f00', width: 3 });
  private readonly hidden = new Lines({ color: '#f00', width: 2 });
  private readonly shadow = new Lines({ color: '#f00', width: 2 });
  private readonly dots = new Group();

  constructor() {
    this.object.add(this.shadow.object, this.hidden.object, this.halo.object, this.line.object, this.dots);
  }

  update(data: SurfaceData, field: HeightField, frame: Frame, look: SurfaceLook, palette: ScenePalette): void {
    const points = look.path ? pathPoints(data, field, frame) : [];
    this.show(points, refine(points, field, frame), frame.floor, palette);
  }

  /** @param line the points, with others between them where it has to bend; `order` what it is drawn after */
  show(points: readonly Point[], line: readonly Point[], floor: number, palette: ScenePalette, order = 0): void {
    clear(this.dots);
    this.halo.restyle({ color: palette.halo, width: 6.5, opacity: 0.9, order: order + 2 });
    this.line.restyle({ color: palette.path, width: 3, order: order + 3 });
    this.hidden.restyle({ color: palette.path, width: 2, opacity: 0.28, through: true, order: order + 1 });
    this.shadow.restyle({ color: palette.path, width: 1.8, opacity: 0.55, order: 1 });
    for (const lines of [this.halo, this.line, this.hidden]) lines.set(polyline(line));
    // Where the path has left the picture it has no shadow in it either.
    this.shadow.set(polyline(line.map(([x, y, z]) => [x, Number.isFinite(y) ? floor + 0.003 : NaN, z])));
    points.forEach((point, i) => {
      if (!point.every(Number.isFinite)) return;
      const end = i === 0 || i === points.length - 1;
      this.dots.add(ball(point, end ? 0.021 : 0.0125, palette.path, order + 4));
      if (end) this.dots.add(ball(point, 0.0265, palette.halo, order + 3, true));
      if (i === 0) this.dots.add(ball(point, 0.0125, palette.halo, order + 5, false, 0.001));
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

/** Cross-sections through the point under the pointer, a drop line to the floor, and the point itself. */
export class PointerMark {
  readonly object = new Group();
  private readonly sections = new Lines({ color: '#000', width: 2 });
  private readonly drop = new Lines({ color: '#000', width: 1.2 });
  private readonly dots = new Group();

  constructor() {
    this.object.add(this.sections.object, this.drop.object, this.dots);
  }

  /** `at` in grid coordinates; `undefined` takes the mark away. */
  update(at: { column: number; row: number } | undefined, field: HeightField, frame: Frame, palette: ScenePalette): void {
    clear(this.dots);
    this.object.visible = at !== undefined;
    if (at === undefined) return;
    const point = (column: number, row: number): Point => [frame.columnX(column), frame.lift(heightAt(field, column, row)) + LIFT, frame.rowZ(row)];
    const along = (count: number, f: (i: number) => Point): Point[] => Array.from({ length: 2 * count - 1 }, (_, i) => f(i / 2));
    const sections = [...polyline(along(field.columns, (i) => point(i, at.row))), ...polyline(along(field.rows, (i) => point(at.column, i)))];
    this.sections.restyle({ color: palette.text, width: 1.8, opacity: 0.85, order: 5 });
    this.sections.set(sections);
    const here = point(at.column, at.row);
    this.drop.restyle({ color: palette.text, width: 1.2, opacity: 0.5, through: true, order: 1 });
    this.drop.set([...here, here[0], frame.floor, here[2]]);
    this.dots.add(ball(here, 0.016, palette.text, 6), ball([here[0], frame.floor, here[2]], 0.009, palette.text, 1));
  }

  resize(width: number, height: number): void {
    for (const lines of [this.sections, this.drop]) lines.resize(width, height);
  }

  dispose(): void {
    clear(this.dots);
    this.sections.dispose();
    this.drop.dispose();
  }
}

/** The lowest point: a ball with a halo, seen through hills. */
export class MinimumMark {
  readonly object = new Group();

  update(at: Point | undefined, palette: ScenePalette, order = 7): void {
    clear(this.object);
    if (at) this.object.add(ball(at, 0.024, palette.halo, order, true), ball(at, 0.0165, palette.accent, order + 1, false, 0.001));
  }

  dispose(): void {
    clear(this.object);
  }
}

/** Valleys' floors, passes and hills' tops as balls of three shades. */
export class CriticalMarks {
  readonly object = new Group();

  update(marks: readonly CriticalMark[], field: HeightField, frame: Frame, palette: ScenePalette): void {
    clear(this.object);
    const color = { minimum: palette.accent, saddle: palette.text, maximum: palette.path };
    for (const { kind, x, y } of marks) {
      const [sceneX, sceneZ] = [frame.sceneX(x), frame.sceneZ(y)];
      const at: Point = [sceneX, frame.lift(heightAt(field, frame.column(sceneX), frame.row(sceneZ))) + LIFT, sceneZ];
      if (Number.isFinite(at[1])) this.object.add(ball(at, 0.0175, palette.halo, 3), ball(at, 0.0125, color[kind], 4, false, 0.004));
    }
  }

  dispose(): void {
    clear(this.object);
  }
}

/** Other weights in the plane: a ball each, at its height on the surface. */
export class AnchorMarks {
  readonly object = new Group();
  /** Where the names stand. */
  places: { readonly text: string; readonly at: Point }[] = [];

  update(anchors: readonly Anchor[], field: HeightField, frame: Frame, palette: ScenePalette): void {
    this.show(anchors.flatMap(({ name, x, y }) => {
      const [sceneX, sceneZ] = [frame.sceneX(x), frame.sceneZ(y)];
      const at: Point = [sceneX, frame.lift(heightAt(field, frame.column(sceneX), frame.row(sceneZ))) + LIFT, sceneZ];
      return Number.isFinite(at[1]) ? [{ text: name, at }] : [];
    }), palette);
  }

  show(places: { readonly text: string; readonly at: Point }[], palette: ScenePalette, order = 7): void {
    clear(this.object);
    this.places = places;
    for (const { at } of places) this.object.add(ball(at, 0.024, palette.halo, order, true), ball(at, 0.0165, palette.path, order + 1, false, 0.001));
  }

  dispose(): void {
    clear(this.object);
  }
}

/** The trajectory's points on the surface; outside the grid or over a hole the height is NaN. */
function pathPoints(data: SurfaceData, field: HeightField, frame: Frame): Point[] {
  const { points = new Float64Array() } = data.trajectory ?? {};
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

export function ball(at: Point, radius: number, color: string, order: number, behind = false, raise = 0): Mesh {
  const mesh = new Mesh(new SphereGeometry(radius, 24, 16), new MeshBasicMaterial({ color, transparent: true, depthTest: !behind && order < 6 }));
  mesh.position.set(at[0], at[1] + raise, at[2]);
  mesh.renderOrder = order;
  return mesh;
}

export function clear(group: Group): void {
  for (const child of [...group.children] as Mesh[]) {
    child.geometry.dispose();
    (child.material as MeshBasicMaterial).dispose();
    group.remove(child);
  }
}
