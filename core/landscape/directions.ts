import { Philox, UserError } from '#core/graph';
import type { LandscapeParameter, ParameterKind } from './problem';
import type { Include, Normalization } from './recipe';

/** A displacement of the weights, by parameter name; a parameter that is not named stays where it is. */
export type Direction = Readonly<Record<string, Float32Array>>;

/** Numbers by parameter, of any precision. */
type Entries = Readonly<Record<string, Float32Array | Float64Array>>;

type Parameters = Readonly<Record<string, LandscapeParameter>>;

export interface RandomDirectionOptions {
  readonly seed: number;
  /** Which of the plane's directions: different numbers give unrelated directions. */
  readonly index: number;
  readonly normalization: Normalization;
  readonly include: Include;
}

/**
 * A Gaussian direction, scaled against the weights it perturbs (Li, Xu, Taylor, Studer, Goldstein 2018, "Visualizing the
 * loss landscape of neural nets", section 4). Its entries depend only on the seed, the index and the parameter's name.
 */
export function randomDirection(parameters: Parameters, options: RandomDirectionOptions): Direction {
  return normalizeDirection(gaussian(parameters, options), parameters, options.normalization);
}

/** Standard normal entries for every parameter that takes part. */
export function gaussian(parameters: Parameters, { seed, index, include }: Omit<RandomDirectionOptions, 'normalization'>): Direction {
  const entries = movingParameters(parameters, include).map((name): [string, Float32Array] =>
    [name, new Philox(seed, `landscape.direction.${name}`, index).normals(parameters[name]!.data.length)]);
  return Object.fromEntries(entries);
}

const takesPart: Record<Include, readonly ParameterKind[]> = { weights: ['weight'], biases: ['weight', 'bias'], all: ['weight', 'bias', 'norm'] };

/** Names of the parameters that directions move. @throws UserError where none is left */
export function movingParameters(parameters: Readonly<Record<string, Pick<LandscapeParameter, 'kind'>>>, include: Include): string[] {
  const names = Object.keys(parameters).filter((name) => takesPart[include].includes(parameters[name]!.kind));
  if (names.length === 0) {
    throw new UserError('landscape.direction', 'this network has no weights to perturb', { hint: 'Include biases and normalisation parameters.' });
  }
  return names;
}

/**
 * Scales a direction against the weights: `filter`: every filter `d_i` becomes `d_i / |d_i| * |w_i|`, where a filter is one
 * output's row of a dense weight or one output channel of a convolution (biases and normalisation parameters count as one
 * filter each); `layer`: the same with whole tensors; `weight`: every entry is multiplied by its weight's size; `none`: as it is.
 */
export function normalizeDirection(direction: Direction, parameters: Parameters, normalization: Normalization): Direction {
  const scaled = Object.entries(direction).map(([name, values]): [string, Float32Array] => {
    const parameter = parameters[name];
    if (parameter === undefined) throw new Error(`the direction names ${name}, which is not a parameter`);
    const { data, shape, kind } = parameter;
    if (normalization === 'none') return [name, values];
    if (normalization === 'weight') return [name, values.map((value, i) => value * Math.abs(data[i]!))];
    const filters = normalization === 'filter' && kind === 'weight' && shape.length > 1 ? shape[0]! : 1;
    return [name, scaleParts(values, data, filters)];
  });
  return Object.fromEntries(scaled);
}

function scaleParts(values: Float32Array, weights: Float32Array, parts: number): Float32Array {
  const out = new Float32Array(values.length);
  const size = values.length / parts;
  for (let start = 0; start < values.length; start += size) {
    const length = norm(values, start, start + size);
    const factor = length === 0 ? 0 : norm(weights, start, start + size) / length;
    for (let i = start; i < start + size; i++) out[i] = values[i]! * factor;
  }
  return out;
}

function norm(values: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum);
}

/** A direction with only some of the parameters. */
export const restrict = (direction: Direction, names: readonly string[]): Direction => Object.fromEntries(names.map((name) => [name, direction[name]!]));

/** The way from one set of weights to another. @throws UserError where they are not of the same network */
export function difference(from: Direction, to: Direction, what: string): Direction {
  const entries = Object.entries(from).map(([name, start]): [string, Float32Array] => {
    const end = to[name];
    if (end?.length !== start.length) {
      throw new UserError('landscape.other-network', `${what} is another network: ${name} ${end === undefined ? 'is missing' : `has ${end.length} numbers, not ${start.length}`}`, {
        hint: 'A plane can only lead to weights of the same architecture.',
      });
    }
    return [name, end.map((value, i) => value - start[i]!)];
  });
  return Object.fromEntries(entries);
}

export const scaled = (direction: Direction, factor: number): Direction =>
  Object.fromEntries(Object.entries(direction).map(([name, values]) => [name, values.map((value) => value * factor)]));

/** `b` without its component along `a`, over all parameters together. */
export function orthogonalize(b: Direction, a: Direction): Direction {
  const share = innerProduct(a, b) / innerProduct(a, a);
  return Object.fromEntries(Object.entries(b).map(([name, values]) => [name, values.map((value, i) => value - share * (a[name]?.[i] ?? 0))]));
}

/** Inner product over all parameters, in float64. */
export function innerProduct(a: Entries, b: Entries): number {
  let sum = 0;
  for (const [name, values] of Object.entries(a)) {
    const other = b[name];
    if (other !== undefined) for (let i = 0; i < values.length; i++) sum += values[i]! * other[i]!;
  }
  return sum;
}
