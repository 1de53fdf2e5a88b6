import { Color } from 'three';
import { colorTable } from './colors';
import type { SurfaceLook } from './data';
import type { Frame } from './frame';
import { contourLevels, type HeightField } from './heights';
import { type Isoline, isolineFinder } from './isolines';
import { Lines } from './lines';

/** Milliseconds between two searches while points stream in. */
const PAUSE = 200;

/**
 * Contour lines on the floor, coloured like the surface above them. They are searched for one height at a time between other tasks, so that a large
 * surface does not keep the window waiting; until all are found the earlier ones stay.
 */
export class FloorContours {
  private readonly lines = new Lines({ color: '#ffffff', width: 1.6, order: 1 });
  readonly object = this.lines.object;
  private field: HeightField | undefined;
  private frame: Frame | undefined;
  private look: SurfaceLook | undefined;
  /** What is drawn, and what it was found in. */
  private found: readonly Isoline[] = [];
  private of: HeightField | undefined;
  private search: (() => boolean) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private drawn = '';

  /** @param changed other lines are there to be drawn */
  constructor(private readonly changed: () => void) {}

  update(field: HeightField, frame: Frame, look: SurfaceLook): void {
    this.field = field;
    this.frame = frame;
    this.look = look;
    if (look.contours && field !== this.of && this.search === undefined) this.begin(0);
    this.show();
  }

  /** Takes the lines away: another surface is going to be shown. */
  clear(): void {
    clearTimeout(this.timer);
    this.search = undefined;
    this.found = [];
    this.of = undefined;
    this.lines.set([]);
  }

  /** Finds at once what is still missing. */
  finish(): void {
    if (!this.field || !this.look?.contours || this.of === this.field) return;
    clearTimeout(this.timer);
    this.search = this.searching(this.field);
    while (!this.search());
    this.search = undefined;
    this.show();
  }

  resize(width: number, height: number): void {
    this.lines.resize(width, height);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.lines.dispose();
  }

  private begin(pause: number): void {
    const search = (this.search = this.field && this.searching(this.field));
    const step = (): void => {
      if (search?.() !== true) {
        this.timer = setTimeout(step);
        return;
      }
      this.search = undefined;
      this.changed();
      // Points have arrived in the meantime.
      if (this.of !== this.field) this.begin(PAUSE);
    };
    this.timer = setTimeout(step, pause);
  }

  /** One step of the search: the lines of one height. Returns whether it was the last. */
  private searching(field: HeightField): () => boolean {
    const levels = contourLevels(field);
    const found: Isoline[] = [];
    let find: ReturnType<typeof isolineFinder> | undefined;
    return () => {
      find ??= isolineFinder(field.heights, field.columns, field.rows);
      const level = levels.shift();
      if (level !== undefined) found.push(...find(level));
      if (levels.length > 0) return false;
      this.found = found;
      this.of = field;
      this.drawn = '';
      return true;
    };
  }

  private show(): void {
    const { of: field, frame, look } = this;
    if (!field || !frame || !look) return;
    const style = look.contours ? [look.colorMap, look.theme, frame.halfX, frame.halfZ].join() : 'none';
    if (style === this.drawn) return;
    this.drawn = style;
    if (!look.contours) {
      this.lines.set([]);
      return;
    }
    const table = colorTable(look.colorMap);
    const segments = this.found.reduce((sum, { points }) => sum + points.length / 2 - 1, 0);
    const [positions, colors] = [new Float32Array(segments * 6), new Float32Array(segments * 6)];
    const y = frame.floor + 0.002;
    let at = 0;
    for (const { level, points } of this.found) {
      const entry = 4 * Math.round((255 * (level - field.low)) / (field.high - field.low));
      // Thin lines need more contrast than areas: darker on white paper, lighter on a dark ground.
      const ink = (byte: number): number => (look.theme === 'light' ? (byte / 255) * 0.88 : 0.16 + (byte / 255) * 0.84);
      const { r, g, b } = new Color().setRGB(ink(table[entry]!), ink(table[entry + 1]!), ink(table[entry + 2]!), 'srgb');
      for (let i = 2; i < points.length; i += 2, at += 6) {
        positions.set([frame.columnX(points[i - 2]!), y, frame.rowZ(points[i - 1]!), frame.columnX(points[i]!), y, frame.rowZ(points[i + 1]!)], at);
        colors.set([r, g, b, r, g, b], at);
      }
    }
    this.lines.set(positions, colors);
  }
}
