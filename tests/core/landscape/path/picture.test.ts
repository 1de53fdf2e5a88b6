import { describe, expect, it } from 'vitest';
import { pathRecipeSchema, type PathResult } from '#core/landscape';
import { drawPath } from '../../../../core/landscape/path/export/chart';

const t = Float64Array.from({ length: 21 }, (_, i) => i / 20);
const recipe = pathRecipeSchema.parse({
  version: 1, program: 'test', run: { id: 'a', name: 'a', checkpoint: 'last', fingerprint: '1' }, to: { run: 'b', name: 'b', checkpoint: 'last', fingerprint: '2' }, kind: 'line', align: false, seed: 0,
  training: null, band: null, points: t.length, splits: ['train', 'test'], subset: null, quantities: ['loss', 'error'], batchNorm: 'evaluation', device: 'cpu',
});
/** A hill of height `top` above a line from `first` to `last`, highest in the middle. */
const hill = (first: number, last: number, top: number): Float64Array => t.map((x) => (1 - x) * first + x * last + top * Math.sin(Math.PI * x) ** 2);
const result: PathResult = {
  recipe, t, distance: t.map((x) => 3 * x), straight: 3, steps: { done: 0, total: 0 }, inner: 0,
  values: { train: { loss: hill(0.001, 0.002, 1), error: new Float64Array(t.length) }, test: { loss: hill(0.5, 0.25, 0.5), error: hill(0.1, 0.1, 0) } },
};
type Drawn = ReturnType<typeof drawPath>;
const texts = ({ shapes }: Drawn): string[] => shapes.flatMap((shape) => (shape.kind === 'text' ? [shape.text] : []));
/** The curves: the thickest lines, but for those of the legend, which are one piece. */
const curves = ({ shapes }: Drawn): { left: number; ends: [number, number]; highest: number }[] =>
  shapes.flatMap((shape) => {
    if (shape.kind !== 'path' || shape.d.split('L').length < t.length) return [];
    const places = shape.d.slice(1).split('L').map((pair) => pair.split(' ').map(Number));
    return shape.d.split('M').length > 2 ? [] : [{ left: places[0]![0]!, ends: [places[0]![1]!, places.at(-1)![1]!], highest: Math.min(...places.map(([, y]) => y!)) }];
  });

describe('the picture of a path', () => {
  it('names its axes in words, its curves with their barriers, the line that they are measured from, and the lowest point', () => {
    const drawn = drawPath(result);
    expect(texts(drawn)).toEqual(expect.arrayContaining([
      'loss and error of a along the straight line to b', 'place on the path, t', 'loss', 'error',
      'train: loss barrier 1 at t = 0.5, no error barrier', 'test: loss barrier 0.5 at t = 0.5, no error barrier',
      'straight between the values at both ends', 'barrier, above that line', 'lowest train loss, 0.001 at t = 0',
    ]));
    expect(curves(drawn)).toHaveLength(4);
  });

  it('has no key for a barrier where there is none', () => {
    const flat = { ...result, values: { train: { loss: hill(1, 2, 0), error: hill(0.1, 0.2, 0) }, test: { loss: hill(1, 1, -0.5), error: hill(0.2, 0.1, -0.05) } } };
    expect(texts(drawPath(flat))).toContain('train: no loss barrier, no error barrier');
    expect(texts(drawPath(flat))).not.toContain('barrier, above that line');
  });

  it('of any size is the same, larger', () => {
    const [small, large] = [drawPath(result, { width: 800, height: 500 }), drawPath(result, { width: 1600, height: 1000 })];
    expect(small).toMatchObject({ width: 800, height: 500 });
    expect(texts(large)).toEqual(texts(small));
    const [one, two] = [curves(small), curves(large)];
    one.forEach(({ left, highest }, i) => {
      expect(two[i]!.left / left).toBeCloseTo(2, 3);
      expect(two[i]!.highest / highest).toBeCloseTo(2, 3);
    });
    expect(drawPath(result, { theme: 'dark' }).background).not.toBe(large.background);
  });

  it('on a logarithmic scale shows the ends as they lie in decades, and leaves linear what reaches zero', () => {
    const drawn = drawPath(result, { scale: 'log' });
    expect(texts(drawn)).toEqual(expect.arrayContaining(['log10 loss', 'error']));
    const [train, test] = curves(drawn);
    // Between the two ends of train lies a factor of 2, as between those of test.
    expect((train!.ends[0] - train!.ends[1]) / (test!.ends[1] - test!.ends[0])).toBeCloseTo(1, 2);
  });

  it('says so where nothing is finite, and draws what is around a gap', () => {
    const broken = { ...result, values: { train: { loss: t.map(() => Infinity), error: t.map(() => Infinity) }, test: { loss: t.map(() => Infinity), error: t.map(() => Infinity) } } };
    expect(texts(drawPath(broken)).filter((text) => text === 'no finite value')).toHaveLength(2);
    const gap = { ...result, values: { ...result.values, train: { ...result.values['train'], loss: result.values['train']!['loss']!.map((value, i) => (i === 10 ? Infinity : value)) } } };
    expect(texts(drawPath(gap))).toContain('train: loss barrier inf at t = 0.5, no error barrier');
    expect(drawPath(gap).shapes.some((shape) => shape.kind === 'path' && shape.d.includes('NaN'))).toBe(false);
  });
});
