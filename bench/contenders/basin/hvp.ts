import { hvp as hessianVectorProduct, type Tensor } from '#core/graph';
import { compileFunction } from '#core/runtime';
import { crossEntropy, networkOf, type Tensors } from '../../networks';
import type { Prepare } from '../../frame/serve';
import { under } from '../../frame/tensors';
import { compileOptions, numbersOf, specOf, specsOf } from './specs';

/** One Hessian-vector product; nothing is kept from one to the next. */
export const hvp: Prepare = async (c, inputs, options) => {
  const network = networkOf(c.network);
  const parameters = under(inputs, 'parameters');
  const vector = under(inputs, 'vector');
  const loss = (p: Tensors, x: Tensor, labels: Tensor): Tensor => crossEntropy(network.apply(p, {}, x).logits, labels);
  const program = await compileFunction(
    ({ p, v, x, labels }: { p: Record<string, Tensor>; v: Record<string, Tensor>; x: Tensor; labels: Tensor }) => hessianVectorProduct(loss)(p, v, x, labels) as Record<string, Tensor>,
    { p: specsOf(parameters), v: specsOf(vector), x: specOf(inputs['x']!), labels: specOf(inputs['labels']!) },
    compileOptions(options),
  );
  const feeds = { p: numbersOf(parameters), v: numbersOf(vector), x: inputs['x']!.data, labels: inputs['labels']!.data };
  return {
    /** `v' H v`, and the norm of `H v`. */
    async check() {
      let [along, squares] = [0, 0];
      for (const [name, array] of Object.entries(await program.call(feeds))) {
        const product = await array.read();
        const v = feeds.v[name]!;
        for (let i = 0; i < v.length; i++) {
          along += v[i]! * Number(product[i]);
          squares += Number(product[i]) ** 2;
        }
        array.dispose();
      }
      return [along, Math.sqrt(squares)];
    },
    async run() {
      for (const array of Object.values(await program.call(feeds))) array.dispose();
    },
    end: () => program.dispose(),
  };
};
