import { describe, expect, it } from 'vitest';
import { fillBetween } from '#core/landscape/refinement';
import { SeriesFilm } from '../../../renderer/surface/series';

const n = 5;
const axis = Float64Array.from({ length: n }, (_, i) => i);

/** A slice of which these points are computed; a point apart is a hole. */
function slice(step: number, f: (x: number, y: number) => number, known: (x: number, y: number) => boolean) {
  const loss = Float64Array.from({ length: n * n }, (_, i) => (known(i % n, Math.floor(i / n)) ? f(i % n, Math.floor(i / n)) : NaN));
  return { step, data: { x: axis, y: axis, axes: ['a', 'b'] as [string, string], values: { loss }, chosen: true } };
}
const corners = (x: number, y: number): boolean => x % 4 === 0 && y % 4 === 0;

describe('a film of slices whose points were chosen', () => {
  const slices = [slice(0, (x, y) => x + y, corners), slice(10, (x, y) => 3 * x - y, (x, y) => corners(x, y) || (x === 2 && y % 2 === 0) || (y === 2 && x % 2 === 0))];

  it('shows each slice with its own points, and between two what both are interpolated to', () => {
    const film = new SeriesFilm(slices);
    const whole = slices.map(({ data }) => {
      const filled = data.values.loss.slice();
      fillBetween(filled, n, n);
      return filled;
    });
    // Both are planes, so that whatever is interpolated lies on them.
    whole[0]!.forEach((value, i) => expect(value).toBeCloseTo((i % n) + Math.floor(i / n), 12));
    film.at(0.25);
    expect(film.data.chosen).toBe(false);
    film.data.values['loss']!.forEach((value, i) => expect(value).toBeCloseTo(0.75 * whole[0]![i]! + 0.25 * whole[1]![i]!, 12));
    for (const at of [1, 0]) {
      film.at(at);
      expect(film.data.chosen).toBe(true);
      expect(film.data.values['loss']).toEqual(slices[at]!.data.values.loss);
    }
  });

  it('does not touch the slices, whose arrays are those of the surfaces', () => {
    const film = new SeriesFilm(slices);
    film.at(0.5);
    expect(slices[0]!.data.values.loss.filter((value) => !Number.isNaN(value))).toHaveLength(4);
  });
});
