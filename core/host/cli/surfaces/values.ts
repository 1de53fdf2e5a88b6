import { InvalidArgumentError } from 'commander';
import { suggestion } from '#core/graph';
import { curvatureQuantities, isCurvatureQuantity } from '#core/landscape';
import type { SurfaceRequest } from '#core/runs';

export function grid(text: string): SurfaceRequest['grid'] {
  const counts = /^\d+x\d+(x\d+)?$/.test(text) ? text.split('x').map(Number) : [];
  const [nx = 0, ny = 0, nz] = counts;
  if (counts.length === 0 || counts.some((count) => count < 1 || count > 2049)) {
    throw new InvalidArgumentError('It must be two numbers from 1 to 2049, like 51x51, or three for a volume, like 21x21x21.');
  }
  return nz === undefined ? [nx, ny] : [nx, ny, nz];
}

/** A class's name may hold colons. */
export function adaptive(text: string): { points: number; quantity?: string } {
  const [, points = '', quantity] = /^(\d+)(?::(.+))?$/.exec(text) ?? [];
  if (!(Number(points) >= 1)) throw new InvalidArgumentError('It must be a number of points, like 1000, or points and a quantity, like 1000:gradient-norm.');
  return { points: Number(points), ...(quantity !== undefined && { quantity }) };
}

export function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && Number.isFinite(value))) throw new InvalidArgumentError('It must be a number of seconds, 0 or more.');
  return value;
}

export function levels(text: string): number[] {
  const values = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (!values.every(Number.isFinite)) throw new InvalidArgumentError('It must be numbers with commas between them, like 0.5,1,2.');
  return values;
}

export function range(text: string): [number, number] {
  const [from, to, ...more] = text.split(':').map(Number);
  if (from === undefined || to === undefined || more.length > 0 || !(from < to)) throw new InvalidArgumentError('It must be two numbers, the lower first, like -1:1.');
  return [from, to];
}

export function quantities(text: string): SurfaceRequest['quantities'] {
  return text.split(',').map((each) => {
    const name = each.trim();
    if (!isCurvatureQuantity(name)) throw new InvalidArgumentError(`${name}: ${suggestion(name, curvatureQuantities)}`);
    return name;
  });
}
