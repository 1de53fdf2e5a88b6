import { spec, trace } from '#core/graph';
import type { Tensor, TypedArray } from '#core/graph';
import { blockSchema, buildBlock } from '#core/blocks';
import type { BuiltOf } from '#core/blocks';
import type { BuildContext, Slot } from '#core/nn';
import { compile } from '#core/runtime';
import type { DeviceId } from '#core/runtime';

export interface Value {
  shape: readonly number[];
  data: TypedArray;
}

/** Float values of a shape. */
export const floats = (shape: readonly number[], data: ArrayLike<number>): Value => ({ shape, data: Float32Array.from(data) });
export const integers = (data: ArrayLike<number>): Value => ({ shape: [data.length], data: Int32Array.from(data) });

/** The results of a graph function on arrays, computed by a device. */
export async function evaluate<Name extends string>(
  f: (args: Record<Name, Tensor>) => Record<string, Tensor>,
  values: Record<Name, Value>,
  device: DeviceId = 'reference',
): Promise<Record<string, Float64Array>> {
  const entries = Object.entries(values) as [Name, Value][];
  const specs = Object.fromEntries(entries.map(([name, { shape, data }]) => [name, spec(shape, data instanceof Int32Array ? 'int32' : 'float32')]));
  const program = await compile(trace(f as never, specs), { device });
  const results = await program.run(Object.fromEntries(entries.map(([name, { data }]) => [name, data])));
  const read: Record<string, Float64Array> = {};
  for (const [name, array] of Object.entries(results)) read[name] = Float64Array.from(await array.read() as Float64Array);
  await program.dispose();
  return read;
}

export const context = (changes: Partial<BuildContext> = {}): BuildContext => ({
  task: 'classification', input: 'table', exampleShape: [4], outputs: 3, classes: 3, classCounts: [10, 20, 30], targets: 1,
  steps: 100, stepsPerEpoch: 10, ...changes,
});

/** A block built from what a specification would say. */
export function built<S extends Slot>(slot: S, specification: unknown, changes: Partial<BuildContext> = {}): BuiltOf[S] {
  return buildBlock(slot, blockSchema(slot).parse(specification), context(changes));
}
