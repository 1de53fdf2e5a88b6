import { describe, expect, it } from 'vitest';
import { axisBox } from '../../../renderer/surface/box';
import { makeFrame, meetSurface } from '../../../renderer/surface/frame';
import { heightField } from '../../../renderer/surface/heights';
import { triangulate } from '../../../renderer/surface/mesh';

const [columns, rows] = [33, 25];
const x = Float64Array.from({ length: columns }, (_, i) => -1 + (2 * i) / (columns - 1));
const y = Float64Array.from({ length: rows }, (_, i) => -0.8 + (1.6 * i) / (rows - 1));
const values = Float64Array.from({ length: columns * rows }, (_, i) => x[i % columns]! ** 2 + 2 * y[Math.floor(i / columns)]! ** 2);
const field = heightField(values, columns, rows, 'linear', null)!;
const frame = makeFrame(x, y, field, 1);

describe('the frame', () => {
  it('keeps the proportions of the ranges and maps coordinates both ways', () => {
    expect(frame.halfX).toBe(1);
    expect(frame.halfZ).toBeCloseTo(0.8, 12);
    expect(frame.sceneX(0.5)).toBeCloseTo(0.5, 12);
    expect(frame.sceneZ(0.4)).toBeCloseTo(-0.4, 12);
    for (const column of [0, 7.3, 32]) expect(frame.column(frame.columnX(column))).toBeCloseTo(column, 9);
    for (const row of [0, 7.3, 24]) expect(frame.row(frame.rowZ(row))).toBeCloseTo(row, 9);
    expect([frame.lift(field.low), frame.lift(field.high)]).toEqual([0, frame.relief]);
  });
});

describe('the point under the pointer', () => {
  it('a ray aimed at a point of the surface meets it there', () => {
    for (const [column, row] of [[16, 12], [3.4, 20.1], [30, 2.2]] as const) {
      const target = [frame.columnX(column), frame.lift(interpolate(column, row)), frame.rowZ(row)] as const;
      const origin = [target[0] + 0.3, target[1] + 5, target[2] + 0.4] as const;
      const hit = meetSurface(field, frame, origin, [target[0] - origin[0], target[1] - origin[1], target[2] - origin[2]])!;
      expect(hit.column).toBeCloseTo(column, 4);
      expect(hit.row).toBeCloseTo(row, 4);
    }
  });

  it('meets the nearer wall first, and nothing past the edge', () => {
    const height = frame.relief * 0.3;
    const hit = meetSurface(field, frame, [-4, height, 0], [1, 0, 0]);
    // From outside, the bowl's wall is met from below on the side of the viewer.
    expect(frame.columnX(hit!.column)).toBeLessThan(0);
    expect(meetSurface(field, frame, [0, 5, 3], [0, -1, 0])).toBeUndefined();
    expect(meetSurface(field, frame, [0, 5, 0], [0, 1, 0])).toBeUndefined();
  });

  it('passes through a hole', () => {
    const holed = heightField(values.map((value, i) => (Math.abs((i % columns) - 16) < 4 && Math.abs(Math.floor(i / columns) - 12) < 4 ? Infinity : value)), columns, rows, 'linear', null)!;
    expect(meetSurface(holed, frame, [0, 5, 0], [0, -1, 0])).toBeUndefined();
    expect(meetSurface(holed, frame, [0.6, 5, 0], [0, -1, 0])).toBeDefined();
  });
});

function interpolate(column: number, row: number): number {
  const [c, r] = [Math.min(Math.floor(column), columns - 2), Math.min(Math.floor(row), rows - 2)];
  const [u, v] = [column - c, row - r];
  const at = (dc: number, dr: number): number => values[(r + dr) * columns + c + dc]!;
  return (at(0, 0) * (1 - u) + at(1, 0) * u) * (1 - v) + (at(0, 1) * (1 - u) + at(1, 1) * u) * v;
}

describe('the mesh', () => {
  it('two triangles a cell, none at a hole', () => {
    const out = new Uint32Array((columns - 1) * (rows - 1) * 6);
    expect(triangulate(field.heights, columns, rows, out)).toBe(out.length);
    const holed = field.heights.slice();
    holed[columns + 1] = NaN;
    // An inner point belongs to six triangles.
    expect(triangulate(holed, columns, rows, out)).toBe(out.length - 18);
  });
});

describe('the axis box', () => {
  it('ticks stand on the edges that face the viewer', () => {
    for (const facing of [{ x: 1, z: 1, along: 'x' }, { x: -1, z: 1, along: 'z' }, { x: 1, z: -1, along: 'z' }, { x: -1, z: -1, along: 'x' }] as const) {
      const { labels, outline, grid } = axisBox(frame, field, x, y, ['first', 'second', 'loss'], facing);
      expect(outline.length % 6).toBe(0);
      expect(grid.length % 6).toBe(0);
      const name = (text: string): readonly number[] => labels.find((label) => label.text === text)!.at;
      expect(Math.sign(name('first')[2]!)).toBe(facing.z);
      expect(Math.sign(name('second')[0]!)).toBe(facing.x);
      const [height] = [name('loss')];
      expect([Math.sign(height[0]!), Math.sign(height[2]!)]).toEqual(facing.along === 'z' ? [-facing.x, facing.z] : [facing.x, -facing.z]);
    }
  });
});
