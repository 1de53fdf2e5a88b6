import type { Prepare } from '../../frame/serve';
import { step } from './step';

/** Building and compiling a training step, and one step of it. */
export const first: Prepare = (c, inputs, options) => {
  if (c.work.kind !== 'first') throw new Error('not a first step');
  const { optimizer, learningRate } = c.work;
  const begin = () => step({ ...c, work: { kind: 'step', optimizer, learningRate } }, inputs, options);
  return Promise.resolve({
    async check() {
      const workload = await begin();
      const [loss] = await workload.check();
      await workload.end();
      return [loss!];
    },
    async run() {
      const workload = await begin();
      await workload.run();
      await workload.end();
    },
    end: () => Promise.resolve(),
  });
};
