import type { MeasureSettings } from './settings';

/** Passes over all examples: values alone; values and gradient (about three times as long); Hessian products (about twice a gradient). */
export interface Passes {
  readonly values?: number;
  readonly gradients?: number;
  readonly products?: number;
}

const bisections = 7;

/** What is computed once and used by several measures, and how many passes over the examples it takes. */
export const works = {
  nothing: () => ({}),
  evaluation: () => ({ values: 1 }),
  fold: () => ({ values: 1 }),
  gradient: () => ({ gradients: 1 }),
  'example-gradients': () => ({ gradients: 2 }),
  directional: () => ({ gradients: 1 }),
  'input-gradient': () => ({ gradients: 1 }),
  'input-jacobian': () => ({ gradients: 8 }),
  'gaussian-search': ({ replicates, draws }) => ({ values: bisections * replicates * Math.ceil(draws / replicates) }),
  'gaussian-search-magnitude': ({ replicates, draws }) => ({ values: bisections * replicates * Math.ceil(draws / replicates) }),
  'box-search': ({ starts, steps }) => ({ values: bisections * starts, gradients: bisections * starts * Math.ceil(steps / 2) }),
  'box-search-magnitude': ({ starts, steps }) => ({ values: bisections * starts, gradients: bisections * starts * Math.ceil(steps / 2) }),
  'first-order': () => ({ gradients: 1, values: 1 }),
  'adaptive-first-order': () => ({ gradients: 1, values: 1 }),
  ascent: ({ starts, steps }) => ({ gradients: starts * (steps + 1) }),
  'adaptive-ascent': ({ starts, steps }) => ({ gradients: starts * (steps + 1) }),
  'filter-ascent': ({ starts, steps }) => ({ gradients: starts * (steps + 1) }),
  'box-ascent': ({ starts, steps }) => ({ gradients: starts * (steps + 1) }),
  'm-ascent': () => ({ gradients: 2 }),
  averages: ({ draws }) => ({ values: 2 * draws }),
  'adaptive-averages': ({ draws }) => ({ values: 2 * draws }),
  eigenvalue: () => ({ products: 30 }),
  trace: ({ products }) => ({ products }),
  density: () => ({ products: 4 * 2 * 32 }),
  'relative-trace': ({ products }) => ({ products }),
  'noise-trace': ({ products }) => ({ products: 2 * products, gradients: 1 }),
} satisfies Record<string, (settings: MeasureSettings) => Passes>;
export type Work = keyof typeof works;

/** What a pass of each kind takes, in passes of values alone: for the estimate before anything is measured but that. */
export const costs = { values: 1, gradients: 3, products: 7 } as const;

/** Passes of values alone that some works amount to. */
export function passesOf(names: Iterable<Work>, settings: MeasureSettings): number {
  let total = 0;
  for (const name of new Set(names)) {
    const { values = 0, gradients = 0, products = 0 }: Passes = works[name](settings);
    total += values * costs.values + gradients * costs.gradients + products * costs.products;
  }
  return total;
}
