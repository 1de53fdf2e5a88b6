import { add, matmul, sin, spec, square, type Tensor, trace } from '#core/graph';
import { compile } from '../compile';
import type { Estimate } from '../estimate';
import type { CompileOptions } from '../program';

/** What a device was measured to do. */
export interface DeviceSpeed {
  /** Floating-point operations a second in products of middle-sized matrices. */
  readonly flopsPerSecond: number;
  /** Bytes read and written a second by elementwise work on arrays of a layer's size, a megabyte. */
  readonly bytesPerSecond: number;
  /** Seconds that an operation takes however small it is. */
  readonly secondsPerNode: number;
}

/** Measures a device in about half a second. */
export async function measureSpeed(options: CompileOptions): Promise<DeviceSpeed> {
  const side = 384;
  const elements = 1 << 18;
  const passes = 12;
  const chain = 200;
  const product = await seconds((x) => matmul(x, x), [side, side], options);
  const sweep = await seconds((x) => {
    let y = square(x);
    for (let i = 1; i < passes; i++) y = add(y, x);
    return y;
  }, [elements], options);
  const small = await seconds((x) => {
    let y = x;
    for (let i = 0; i < chain; i++) y = sin(y);
    return y;
  }, [8], options);
  return { flopsPerSecond: (2 * side ** 3) / product, bytesPerSecond: (4 * (3 * passes - 1) * elements) / sweep, secondsPerNode: small / chain };
}

/** The shortest of several runs. */
async function seconds(f: (x: Tensor) => Tensor, shape: readonly number[], options: CompileOptions): Promise<number> {
  const program = await compile(trace(f, spec(shape)), options);
  const x = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5);
  let best = Infinity;
  const until = performance.now() + 150;
  try {
    for (let run = 0; run < 3 || performance.now() < until; run++) {
      const began = performance.now();
      for (const array of Object.values(await program.run({ input: x }))) array.dispose();
      best = Math.min(best, performance.now() - began);
    }
  } finally {
    await program.dispose();
  }
  return best / 1000;
}

/**
 * Seconds that a run takes on a device of this speed: each node is bound by its operations or by the memory it moves (Williams et al.
 * 2009, "Roofline"), and takes the least time any node takes.
 */
export function secondsOf({ nodes }: Pick<Estimate, 'nodes'>, { flopsPerSecond, bytesPerSecond, secondsPerNode }: DeviceSpeed): number {
  return nodes.reduce((total, { flops, bytes, times }) => total + Math.max(flops / flopsPerSecond, bytes / bytesPerSecond) + times * secondsPerNode, 0);
}
