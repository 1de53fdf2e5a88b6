import { Color, Group } from 'three';
import { colorTable } from './colors';
import { ContourSearch } from './contour-search';
import type { SurfaceLook } from './data';
import type { Frame } from './frame';
import type { HeightField } from './heights';
import { Lines } from './lines';

/** Contour lines on the floor, coloured like the surface above them. They come a moment after it. */
export class FloorContours {
  private readonly lines = new Lines({ color: '#ffffff', width: 1.6, order: 1 });
  /** Around the lines, which hide themselves where there are none. */
  readonly object = new Group().add(this.lines.object);
  private readonly search: ContourSearch;
  /** What the drawn lines depend on. */
  private drawn: readonly unknown[] = [];

  /** @param changed other lines are there to be drawn */
  constructor(changed: () => void) {
    this.search = new ContourSearch(changed);
  }

  update(field: HeightField, frame: Frame, look: SurfaceLook): void {
    if (look.contours) this.search.want(field);
    const { lines, of } = this.search;
    const now = look.contours ? [lines, look.colorMap, look.theme, frame.halfX, frame.halfZ] : [];
    if (now.length === this.drawn.length && now.every((value, i) => value === this.drawn[i])) return;
    this.drawn = now;
    if (!look.contours || !of) {
      this.lines.set([]);
      return;
    }
    const table = colorTable(look.colorMap);
    const segments = lines.reduce((sum, { points }) => sum + points.length / 2 - 1, 0);
    const [positions, colors] = [new Float32Array(segments * 6), new Float32Array(segments * 6)];
    const y = frame.floor + 0.002;
    let at = 0;
    for (const { level, points } of lines) {
      const entry = 4 * Math.round((255 * (level - of.low)) / (of.high - of.low));
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

  /** Takes the lines away: another surface is going to be shown. */
  clear(): void {
    this.search.clear();
    this.lines.set([]);
    this.drawn = [];
  }

  /** Finds at once what is still missing. */
  finish(): void {
    this.search.finish();
  }

  resize(width: number, height: number): void {
    this.lines.resize(width, height);
  }

  dispose(): void {
    this.search.dispose();
    this.lines.dispose();
  }
}
