import { describe, expect, it } from 'vitest';
import { coarseToFine } from '#core/landscape';
import { fillBetween, refinementRounds } from '../../../../core/landscape/refinement';
import { bending, bilinear, errorsOf, type PlaneFunction, sampled } from './functions';

const [columns, rows] = [65, 65];
const grid = { x: { from: 0, to: 1, count: columns }, y: { from: 0, to: 1, count: rows } };
/** The 9 x 9 lattice. */
const first = coarseToFine(grid).slice(0, 81);

/** The rounds for a function: values are told only of what was asked for. */
function chosen(exact: Float64Array, points: number, width = columns, height = rows, begin = first): { rounds: Int32Array[]; known: Float64Array } {
  const known = new Float64Array(width * height).fill(NaN);
  const rounds: Int32Array[] = [];
  for (const round of refinementRounds(width, height, points, begin, known)) {
    rounds.push(round);
    for (const index of round) known[index] = exact[index]!;
  }
  return { rounds, known };
}

const filled = (known: Float64Array, width = columns, height = rows): Float64Array => {
  const values = known.slice();
  fillBetween(values, width, height);
  return values;
};

describe('points chosen where a surface bends', () => {
  for (const [name, f] of Object.entries(bending)) {
    it(`${name}: 784 of them leave less than half the largest and a quarter of the mean error of a regular grid of 784`, () => {
      const exact = sampled(f, columns, rows);
      const regular = errorsOf(exact, bilinear(f, 28, columns, rows));
      const adaptive = errorsOf(exact, filled(chosen(exact, 784).known));
      expect(adaptive.largest).toBeLessThan(regular.largest / 2);
      expect(adaptive.mean).toBeLessThan(regular.mean / 4);
    });
  }

  it('resolve floor and walls of a valley over decades, where a regular grid shows the walls', () => {
    const f: PlaneFunction = (u, v) => 1e-3 + (4 * u - 3) ** 2 + 30 * (2 * v - 0.9) ** 2;
    const exact = sampled(f, columns, rows);
    const logarithms = (values: Float64Array): Float64Array => values.map(Math.log);
    const regular = errorsOf(logarithms(exact), logarithms(bilinear(f, 28, columns, rows)));
    const { known } = chosen(exact, 784);
    expect(errorsOf(logarithms(exact), filled(logarithms(known))).largest).toBeLessThan(regular.largest / 4);
    expect(errorsOf(exact, filled(known)).largest).toBeLessThan(0.01);
  });

  it('are as many as were asked for, each once, in rounds that fill every number of points evaluated together', () => {
    const exact = sampled(bending['a narrow ridge across a bowl']!, columns, rows);
    for (const points of [81, 82, 500, 1001, columns * rows - 1]) {
      const { rounds } = chosen(exact, points);
      const all = rounds.flatMap((round) => Array.from(round));
      expect([all.length, new Set(all).size]).toEqual([points, points]);
      for (const round of rounds.slice(1, -1)) expect(round.length % 64).toBe(0);
    }
  });

  it('lie on lines too', () => {
    const line = { x: { from: 0, to: 1, count: 257 }, y: { from: 0, to: 0, count: 1 } };
    const exact = Float64Array.from({ length: 257 }, (_, i) => 0.01 + Math.exp(-(((i / 256 - 0.37) / 0.02) ** 2)));
    const { known } = chosen(exact, 65, 257, 1, coarseToFine(line).slice(0, 9));
    const regular = new Float64Array(257).map((_, i) => (i % 4 === 0 ? exact[i]! : NaN));
    expect(errorsOf(exact, filled(known, 257, 1)).largest).toBeLessThan(errorsOf(exact, filled(regular, 257, 1)).largest / 4);
  });

  it('follow the rim of where the loss is infinite, and do not all go there', () => {
    const exact = sampled((u, v) => (u + v > 1.4 ? Infinity : 0.1 + (u - 0.3) ** 2 + v ** 2), columns, rows);
    const { known } = chosen(exact, 600);
    const coarse = chosen(exact, 81).known;
    const gaps = (values: Float64Array): number => exact.reduce((count, value, i) => count + Number(Number.isFinite(value) && !Number.isFinite(values[i])), 0);
    expect(gaps(filled(known))).toBeLessThan(gaps(filled(coarse)) / 3);
    expect(errorsOf(exact.map((value) => (Number.isFinite(value) ? value : 1)), filled(known).map((value, i) => (Number.isFinite(value) ? value : exact[i] === Infinity ? 1 : exact[i]!))).largest).toBeLessThan(0.01);
  });
});

describe('what lies between them', () => {
  it('is exact for what is bilinear, whichever points are known', () => {
    const f: PlaneFunction = (u, v) => 3 - 2 * u + 5 * v - 4 * u * v;
    // Points chosen for another surface.
    const { known } = chosen(sampled(bending['a narrow ridge across a bowl']!, columns, rows), 700);
    const exact = sampled(f, columns, rows);
    const values = filled(exact.map((value, i) => (Number.isNaN(known[i]) ? NaN : value)));
    expect(Math.max(...values.map((value, i) => Math.abs(value - exact[i]!)))).toBeLessThan(1e-12);
  });

  it('keeps what is known, and makes up no valley and no hill', () => {
    const { known } = chosen(sampled(bending['two minima below a plateau']!, columns, rows), 400);
    const values = filled(known);
    const computed = known.filter((value) => !Number.isNaN(value));
    known.forEach((value, i) => expect(Number.isNaN(value) || values[i] === value).toBe(true));
    expect(Math.min(...values)).toBe(Math.min(...computed));
    expect(Math.max(...values)).toBe(Math.max(...computed));
  });

  it('agrees with multilinear interpolation of regular levels, and extrapolates nothing', () => {
    const f: PlaneFunction = (u, v) => Math.sin(3 * u) + Math.cos(4 * v) * u;
    const exact = sampled(f, columns, rows);
    const levels = new Set(first);
    const values = filled(exact.map((value, i) => (levels.has(i) ? value : NaN)));
    const written = bilinear(f, 9, columns, rows);
    expect(Math.max(...values.map((value, i) => Math.abs(value - written[i]!)))).toBeLessThan(1e-12);
    const some = filled(Float64Array.of(NaN, 1, NaN, 3, NaN), 5, 1);
    expect(Array.from(some)).toEqual([NaN, 1, NaN, 3, NaN]);
  });

  it('leaves gaps beside infinite values', () => {
    expect(Array.from(filled(Float64Array.of(1, NaN, 3, NaN, Infinity), 5, 1))).toEqual([1, 2, 3, NaN, Infinity]);
  });
});
