import { expect, it } from 'vitest';
import { findHoles } from '#core/landscape';
import { sampleSurface } from './sample';

it('counts holes and names a range without them', () => {
  const surface = sampleSurface({ columns: 21, rows: 17, f: (x, y) => (Math.abs(x) > 0.65 || y > 0.55 ? Infinity : x * x + y * y) });
  const { count, points, within, says } = findHoles(surface);
  expect(points).toBe(357);
  expect(count).toBe(surface.values['loss']!.filter((value) => value === Infinity).length);
  // The nearest holes lie at x = 0.7 and y = 0.6: a share of 0.7 and of 0.75. Below 0.7 the widest computed share is 0.625 (y = 0.5) or 0.6 (x).
  expect(within![0]![1]).toBeCloseTo(0.625, 12);
  expect(within![1]).toEqual([-0.5, 0.5]);
  expect(says).toBe(`${count} of 357 points have no finite value and are left out. Within -0.63 to 0.63 and -0.5 to 0.5 every computed point is finite: choose that range.`);
});

it('says plainly that every loss is infinite; says nothing where none is', () => {
  expect(findHoles(sampleSurface({ f: () => Infinity })).says).toBe('525 of 525 points have no finite value and are left out. That is every computed point: there is nothing to see. Choose a range a hundred times smaller (-0.01:0.01 and -0.008:0.008), or other weights if the centre is infinite too.');
  expect(findHoles(sampleSurface())).toEqual({ count: 0, points: 525, says: '' });
});
