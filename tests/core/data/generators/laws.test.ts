import { describe, expect, it } from 'vitest';
import { columnsOf, counts } from './columns';

describe('without noise, every point obeys the law', () => {
  it.each([2, 3, 7])('spirals with %i arms lie on r = angle / (2 pi turns)', async (arms) => {
    const turns = 1.25;
    const { names, features: [x, y], classes } = await columnsOf({ use: 'spirals', count: 700, arms, turns, noise: 0 });
    expect(names).toEqual(['x', 'y', 'target']);
    classes.forEach((name, i) => {
      const arm = Number(name.replace('arm ', '')) - 1;
      const radius = Math.hypot(x![i]!, y![i]!);
      expect(radius).toBeGreaterThanOrEqual(0.1 - 1e-12);
      expect(radius).toBeLessThanOrEqual(1);
      // Turned back by its arm's start and its own winding, every point lies on the positive x axis.
      const back = -2 * Math.PI * (turns * radius + arm / arms);
      expect(x![i]! * Math.sin(back) + y![i]! * Math.cos(back)).toBeCloseTo(0, 10);
      expect(x![i]! * Math.cos(back) - y![i]! * Math.sin(back)).toBeCloseTo(radius, 10);
    });
  });

  it('moons lie on half circles of radius 1', async () => {
    const { features: [x, y], classes } = await columnsOf({ use: 'moons', noise: 0, gap: 0.2 });
    classes.forEach((name, i) => {
      const [cx, cy, side] = name === 'upper' ? [0, 0, 1] : [1, 0.3, -1];
      expect(Math.hypot(x![i]! - cx, y![i]! - cy)).toBeCloseTo(1, 10);
      expect(side * (y![i]! - cy)).toBeGreaterThanOrEqual(-1e-12);
    });
  });

  it.each([2, 3, 6])('xor in %i dimensions is the sign of the product', async (dimensions) => {
    const { features, classes, names } = await columnsOf({ use: 'xor', dimensions, noise: 0 });
    expect(names).toHaveLength(dimensions + 1);
    classes.forEach((name, i) => {
      const product = features.reduce((sum, values) => sum * values[i]!, 1);
      expect(product).not.toBe(0);
      expect(name).toBe(product > 0 ? 'even' : 'odd');
      for (const values of features) expect(Math.abs(values[i]!)).toBeLessThanOrEqual(1);
    });
  });

  it.each([2, 5, 8])('a board of %i fields a side is dark where column + row is even', async (cells) => {
    const { features: [x, y], classes } = await columnsOf({ use: 'checkerboard', cells, noise: 0 });
    const field = (value: number): number => Math.floor(((value + 1) / 2) * cells);
    const fields = new Set<string>();
    classes.forEach((name, i) => {
      fields.add(`${field(x![i]!)},${field(y![i]!)}`);
      expect(name).toBe((field(x![i]!) + field(y![i]!)) % 2 === 0 ? 'dark' : 'light');
    });
    expect(fields.size).toBe(cells ** 2);
  });

  it('sinusoid', async () => {
    const { names, features: [x], target } = await columnsOf({ use: 'sinusoid', frequency: 2.5, amplitude: 3, phase: 0.4, gap: 0.25, noise: 0 });
    expect(names).toEqual(['x', 'target']);
    x!.forEach((value, i) => {
      expect(target[i]).toBeCloseTo(3 * Math.sin(2 * Math.PI * 2.5 * value + 0.4), 12);
      expect(Math.abs(value)).toBeGreaterThanOrEqual(0.25);
      expect(Math.abs(value)).toBeLessThanOrEqual(1);
    });
    expect(Math.min(...x!)).toBeLessThan(-0.95);
    expect(Math.max(...x!)).toBeGreaterThan(0.95);
  });

  it('gaussian mixtures collapse to their centres, which are far apart', async () => {
    const { features: [x, y], classes } = await columnsOf({ use: 'gaussian-mixtures', classes: 4, clusters: 3, noise: 0 });
    const owners = new Map<string, Set<string>>();
    classes.forEach((name, i) => {
      const point = `${x![i]!} ${y![i]!}`;
      owners.set(point, (owners.get(point) ?? new Set()).add(name));
    });
    expect(owners.size).toBe(12);
    for (const names of owners.values()) expect(names.size).toBe(1);
    expect([...counts([...owners.values()].map((names) => [...names][0])).values()]).toEqual([3, 3, 3, 3]);
    const points = [...owners.keys()].map((key) => key.split(' ').map(Number) as [number, number]);
    const distances = points.flatMap((a, i) => points.slice(i + 1).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1])));
    expect(Math.min(...distances)).toBeGreaterThan(0.3);
  });
});

describe('classes', () => {
  it.each([
    { use: 'spirals', arms: 3, count: 1000 }, { use: 'moons', count: 1001 }, { use: 'xor', count: 1000 },
    { use: 'checkerboard', cells: 3, count: 999 }, { use: 'gaussian-mixtures', classes: 7, count: 1000 },
  ])('$use: as many of each, to one example', async (specification) => {
    const { classes } = await columnsOf(specification);
    const sizes = [...counts(classes).values()];
    expect(classes).toHaveLength(specification.count);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('fall geometrically where they are to be unequal', async () => {
    const { classes } = await columnsOf({ use: 'gaussian-mixtures', classes: 3, imbalance: 100, count: 1110 });
    expect(counts(classes)).toEqual(new Map([['a', 1000], ['b', 100], ['c', 10]]));
  });

  it('refuse an imbalance that leaves a class empty', async () => {
    await expect(columnsOf({ use: 'gaussian-mixtures', classes: 3, imbalance: 1000, count: 100 })).rejects.toThrow(/none for class 3 of 3/);
  });
});
