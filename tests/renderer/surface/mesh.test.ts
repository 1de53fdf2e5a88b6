import { expect, it } from 'vitest';
import { makeFrame } from '../../../renderer/surface/frame';
import { heightField } from '../../../renderer/surface/heights';
import { SurfaceMesh } from '../../../renderer/surface/mesh';

it('veils points that are still to be computed, and not those that stay interpolated', () => {
  const places = Float64Array.of(-1, 0, 1);
  const field = heightField(Float64Array.of(1, NaN, 2, NaN, NaN, NaN, 3, NaN, 4), 3, 3, 'linear', null)!;
  const frame = makeFrame(places, places, field, 1);
  const mesh = new SurfaceMesh();
  const veil = (chosen: boolean): number => {
    mesh.update(field, frame, chosen);
    return mesh.material.uniforms['veil']!.value as number;
  };
  expect(veil(false)).toBeGreaterThan(0);
  expect(veil(true)).toBe(0);
  expect(veil(false)).toBeGreaterThan(0);
  mesh.dispose();
});
