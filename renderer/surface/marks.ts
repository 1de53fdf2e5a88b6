import { Color, Group, Mesh, MeshBasicMaterial, SphereGeometry } from 'three';
import { type ScenePalette, colorTable } from './colors';
import type { Anchor, CriticalMark, SurfaceLook } from './data';
import type { Frame } from './frame';
import { contourLevels, heightAt, type HeightField } from './heights';
import { isolines } from './isolines';
import { Lines, polyline } from './lines';

export type Point = readonly [number, number, number];

/** How far lines on the surface are lifted off it. */
export const LIFT = 0.004;

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
