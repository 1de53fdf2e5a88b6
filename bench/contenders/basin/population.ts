import { type Tensor, vmap } from '#core/graph';
import { compileFunction, type Feed } from '#core/runtime';
import { networkOf } from '../../networks';
import type { Prepare } from '../../frame/serve';
import { under } from '../../frame/tensors';
import { descent } from './descent';
import { compileOptions, numbersOf, specOf, specsOf } from './specs';

const CHECKED = 3;

/** All members take a step of SGD in one program, on the same batch. */
export const population: Prepare = async (c, inputs, options) => {
  if (c.work.kind !== 'population') throw new Error('not a population');
  const network = networkOf(c.network);
  const { members, learningRate } = c.work;
  const parameters = under(inputs, 'parameters');
  const member = descent(network, learningRate);
  const program = await compileFunction(
    ({ p, x, labels }: { p: Record<string, Tensor>; x: Tensor; labels: Tensor }) => vmap(member, { inAxes: [0, null, null] })(p, x, labels),
    { p: specsOf(parameters), x: specOf(inputs['x']!), labels: specOf(inputs['labels']!) },
    compileOptions(options),
  );
  let p: Record<string, Feed> = numbersOf(parameters);
  const advance = async () => {
    const result = await program.call({ p, x: inputs['x']!.data, labels: inputs['labels']!.data });
    for (const old of Object.values(p)) if ('dispose' in old) old.dispose();
    p = result.p;
    return result.loss;
  };
  return {
    items: members,
    /** Losses of the first, second and last member at each step. */
    async check() {
      const losses: number[] = [];
      for (let i = 0; i < CHECKED; i++) {
        const loss = await advance();
        const values = await loss.read();
        losses.push(...[0, 1, members - 1].map((at) => Number(values[at])));
        loss.dispose();
      }
      return losses;
    },
    run: async () => (await advance()).dispose(),
    end: () => program.dispose(),
  };
};
