import { add, spec, type Tensor } from '#core/graph';
import { compileFunction } from '#core/runtime';
import type { Prepare } from '../../frame/serve';
import { compileOptions } from './specs';

/** A program of one addition on four numbers: what a run costs beside its kernels. */
export const overhead: Prepare = async (_c, _inputs, options) => {
  const program = await compileFunction(({ x }: { x: Tensor }) => add(x, 1), { x: spec([4]) }, compileOptions(options));
  const x = Float32Array.of(1, 2, 3, 4);
  return {
    check: async () => Array.from((await (await program.call({ x })).read()) as Float32Array),
    run: async () => (await program.call({ x })).dispose(),
    end: () => program.dispose(),
  };
};
