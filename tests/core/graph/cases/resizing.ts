import fc from 'fast-check';
import * as g from '#core/graph';
import { cancelling, n, type OpCase, type Shapes } from './case';

const sizes: fc.Arbitrary<Shapes> = fc
  .record({
    batch: n(2),
    axes: fc.array(fc.tuple(n(5), n(8)), { minLength: 1, maxLength: 2 }),
    coordinates: fc.constantFrom('half-pixel', 'pytorch-half-pixel', 'align-corners', 'asymmetric'),
    rounding: fc.constantFrom('floor', 'ceil', 'round-prefer-floor', 'round-prefer-ceil'),
  })
  .map(({ batch, axes, ...options }) => ({ inputs: [[batch, 2, ...axes.map(([m]) => m)]], options: { ...options, size: axes.map(([, m]) => m) } }));

const resized = (mode: 'nearest' | 'linear' | 'cubic'): OpCase => ({
  name: `resize, ${mode}`,
  f: ([x], { options }) => {
    const { size, ...rest } = options as unknown as { size: number[] } & g.ResizeOptions;
    return g.resize(x!, size, { ...rest, mode });
  },
  shapes: sizes,
});

export const resizing: OpCase[] = cancelling([resized('nearest'), resized('linear'), resized('cubic')]);
