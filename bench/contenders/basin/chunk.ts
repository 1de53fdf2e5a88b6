import { scan, type Tensor } from '#core/graph';
import { compileFunction, type Feed } from '#core/runtime';
import { networkOf } from '../../networks';
import type { Prepare } from '../../frame/serve';
import { under } from '../../frame/tensors';
import { descent } from './descent';
import { compileOptions, numbersOf, specOf, specsOf } from './specs';

/** Steps whose losses are checked. */
const CHECKED = 5;

/** Many steps of SGD as one loop inside the program; a sample is the time of one of them. */
export const chunk: Prepare = async (c, inputs, options) => {
  if (c.work.kind !== 'chunk') throw new Error('not a chunk');
  const network = networkOf(c.network);
  const { steps, learningRate } = c.work;
  const parameters = under(inputs, 'parameters');
  const step = descent(network, learningRate);
  const program = await compileFunction(
    ({ p, x, labels }: { p: Record<string, Tensor>; x: Tensor; labels: Tensor }) => {
      const [last, losses] = scan(
        (at: Record<string, Tensor>) => {
          const after = step(at, x, labels);
          return [after.p, after.loss] as const;
        },
        p,
        {},
        { length: steps },
      );
      return { p: last, losses };
    },
    { p: specsOf(parameters), x: specOf(inputs['x']!), labels: specOf(inputs['labels']!) },
    compileOptions(options),
  );
  let p: Record<string, Feed> = numbersOf(parameters);
  const advance = async () => {
    const result = await program.call({ p, x: inputs['x']!.data, labels: inputs['labels']!.data });
    for (const old of Object.values(p)) if ('dispose' in old) old.dispose();
    p = result.p;
    return result.losses;
  };
  return {
    items: steps,
    async check() {
      const losses = await advance();
      const values = await losses.read();
      losses.dispose();
      return Array.from({ length: CHECKED }, (_, i) => Number(values[i]));
    },
    run: async () => (await advance()).dispose(),
    end: () => program.dispose(),
  };
};
