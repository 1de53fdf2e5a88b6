import { inkOn } from '#host-client';
import { BufferGeometry, Float32BufferAttribute, Group, Mesh, MeshBasicMaterial, Points, PointsMaterial, SphereGeometry } from 'three';
import type { ScenePalette } from './colors';
import type { Anchor, CriticalMark } from './data';
import type { Frame } from './frame';
import { heightAt, type HeightField } from './heights';
import { Lines, polyline } from './lines';

export type Point = readonly [number, number, number];

/** How far lines on the surface are lifted off it. */
export const LIFT = 0.004;

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

/** The points that are computed, where these were chosen: dots on the surface. */
export class PointMarks {
  private readonly material = new PointsMaterial({ size: 2, sizeAttenuation: false, vertexColors: true, transparent: true, depthWrite: false });
  readonly object = new Points(new BufferGeometry(), this.material);

  constructor() {
    this.object.frustumCulled = false;
    this.object.renderOrder = 2;
  }

  update(field: HeightField, frame: Frame, shown: boolean): void {
    const [positions, shades]: [number[], number[]] = [[], []];
    if (shown) {
      field.known.forEach((known, i) => {
        const height = field.heights[i]!;
        if (known === 0 || !Number.isFinite(height)) return;
        positions.push(frame.columnX(i % field.columns), frame.lift(height) + LIFT, frame.rowZ(Math.floor(i / field.columns)));
        const shade = inkOn(field, height) === '#fff' ? 1 : 0;
        shades.push(shade, shade, shade);
      });
    }
    this.object.visible = positions.length > 0;
    this.object.geometry.dispose();
    this.object.geometry = new BufferGeometry().setAttribute('position', new Float32BufferAttribute(positions, 3)).setAttribute('color', new Float32BufferAttribute(shades, 3));
  }

  dispose(): void {
    this.object.geometry.dispose();
    this.material.dispose();
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

/** One for all: a path may have a thousand checkpoints. `dispose` frees what renderers hold of it; those that go on take it anew. */
export const ballGeometry = new SphereGeometry(1, 24, 16);

export function ball(at: Point, radius: number, color: string, order: number, behind = false, raise = 0): Mesh {
  const mesh = new Mesh(ballGeometry, new MeshBasicMaterial({ color, transparent: true, depthTest: !behind && order < 6 }));
  mesh.scale.setScalar(radius);
  mesh.position.set(at[0], at[1] + raise, at[2]);
  mesh.renderOrder = order;
  return mesh;
}

export function clear(group: Group): void {
  for (const child of [...group.children] as Mesh[]) {
    (child.material as MeshBasicMaterial).dispose();
    group.remove(child);
  }
}
