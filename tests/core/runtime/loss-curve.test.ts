import { describe, expect, test } from 'vitest';
import { cnn, curveError, lossCurve, mlp } from './loss-curve';

describe.each([['an MLP', mlp], ['a CNN', cnn]] as const)('100 steps of %s', (_, network) => {
  test('on the CPU give the same bits twice, and learn', async () => {
    const curve = await lossCurve(network, 'cpu');
    expect(await lossCurve(network, 'cpu')).toEqual(curve);
    expect(curve.at(-1)!).toBeLessThan(0.5 * curve[0]!);
  });

  test.each(['tensorflow', 'reference'] as const)('on %s follow the CPU to 1e-4', async (device) => {
    const [curve, cpu] = [await lossCurve(network, device), await lossCurve(network, 'cpu')];
    expect(curveError(curve, cpu)).toBeLessThan(1e-4);
  });
});
