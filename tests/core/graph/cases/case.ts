import fc from 'fast-check';
import * as g from '#core/graph';

/** One op as the property tests see it: a function of tensors, its inputs' shapes at random, and where their values lie. */
export interface OpCase {
  readonly name: string;
  readonly f: (xs: g.Tensor[], shape: Shapes) => g.Tensor;
  readonly shapes: fc.Arbitrary<Shapes>;
  /** Range of the values of every float input. Default: -2 to 2.1. */
  readonly domain?: readonly [number, number];
  /** Inputs that hold whole numbers below the given bound, by position. */
  readonly integers?: Readonly<Record<number, (shape: Shapes) => number>>;
  /** The op has no derivative, or its results are no floats. */
  readonly flat?: boolean;
  /** Its kinks lie where no choice of inputs avoids them: no differences. */
  readonly kinks?: boolean;
  /** Gradients cancel to nearly nothing on small shapes: the magnitude that errors are then measured against. */
  readonly floor?: number;
}

/** Shapes of the inputs; the op's other arguments ride along. */
export interface Shapes {
  readonly inputs: readonly (readonly number[])[];
  readonly options?: Readonly<Record<string, unknown>>;
}

export const n = (max = 4, min = 1): fc.Arbitrary<number> => fc.integer({ min, max });
export const shape = (maxRank = 3, minRank = 0): fc.Arbitrary<number[]> => fc.array(n(), { minLength: minRank, maxLength: maxRank });

export const one: fc.Arbitrary<Shapes> = shape().map((s) => ({ inputs: [s] }));

/** `count` shapes that broadcast to one another. */
export const broadcasting = (count: number): fc.Arbitrary<Shapes> =>
  fc
    .tuple(shape(), fc.array(fc.tuple(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), fc.nat(3)), { minLength: count, maxLength: count }))
    .map(([full, masks]) => ({
      inputs: masks.map(([ones, drop]) => full.map((m, i) => (ones[i] ? 1 : m)).slice(Math.min(drop, full.length))),
    }));

export const withAxes: fc.Arbitrary<Shapes> = shape(3, 1).chain((s) =>
  fc.record({ axes: fc.subarray(g.range(s.length), { minLength: 1 }), keepDims: fc.boolean() }).map((options) => ({ inputs: [s], options })),
);
export const withAxis: fc.Arbitrary<Shapes> = shape(3, 1).chain((s) => fc.nat(s.length - 1).map((axis) => ({ inputs: [s], options: { axis } })));

export const unary = (name: string, f: (x: g.Tensor) => g.Tensor, rest: Partial<OpCase> = {}): OpCase => ({ name, f: ([x]) => f(x!), shapes: one, ...rest });
export const binary = (name: string, f: (a: g.Tensor, b: g.Tensor) => g.Tensor, rest: Partial<OpCase> = {}): OpCase => ({
  name,
  f: ([a, b]) => f(a!, b!),
  shapes: broadcasting(2),
  ...rest,
});
export const reduction = (name: string, f: (x: g.Tensor, axes: number[], keep: boolean) => g.Tensor, rest: Partial<OpCase> = {}): OpCase => ({
  name,
  f: ([x], { options }) => f(x!, options!['axes'] as number[], options!['keepDims'] as boolean),
  shapes: withAxes,
  ...rest,
});

/** A domain on which roots, logarithms and quotients are well away from their ends. */
export const positive = [0.2, 3] as const;
/** Sums of products of numbers up to 2 cancel; their errors are measured against the terms. */
export const cancelling = (cases: readonly OpCase[]): OpCase[] => cases.map((opCase) => ({ floor: 1, ...opCase }));
