import { spec, type Tensor, valueAndGrad } from '#core/graph';
import { blockSchema, buildBlock } from '#core/blocks';
import type { BuildContext } from '#core/nn';
import { compileFunction, type Feed } from '#core/runtime';
import { crossEntropy, networkOf, type Tensors } from '../../networks';
import type { Prepare } from '../../frame/serve';
import { under } from '../../frame/tensors';
import { compileOptions, numbersOf, specOf, specsOf } from './specs';

/** Update rules look at none of this. */
const context: BuildContext = { task: 'classification', input: 'table', exampleShape: [], outputs: 1, steps: 1, stepsPerEpoch: 1 };

/** Steps that are checked. */
const CHECKED = 5;

/** Training steps; weights, state and statistics stay where the program runs. */
export const step: Prepare = async (c, inputs, options) => {
  if (c.work.kind !== 'step') throw new Error('not a step');
  const network = networkOf(c.network);
  const { learningRate } = c.work;
  const rule = blockSchema('optimizers').parse({ use: c.work.optimizer, learningRate, ...(c.work.optimizer === 'sgd' && { momentum: 0 }) });
  const optimizer = buildBlock('optimizers', rule, context);
  const parameters = under(inputs, 'parameters');
  const buffers = under(inputs, 'buffers');
  const specs = Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, { shape, kind: network.parameters[name]!.role, fanIn: 1, fanOut: 1, initial: 0 }]));
  const first = optimizer.initialState(specs);
  const trained = (p: Tensors, b: Tensors, x: Tensor, labels: Tensor): readonly [Tensor, Record<string, Tensor>] => {
    const { logits, buffers: next } = network.apply(p, b, x);
    return [crossEntropy(logits, labels), next];
  };
  const program = await compileFunction(
    ({ state, x, labels, rate, count }: { state: State<Tensor>; x: Tensor; labels: Tensor; rate: Tensor; count: Tensor }) => {
      const [[loss, after], gradients] = valueAndGrad(trained, { hasAux: true })(state.parameters, state.buffers, x, labels);
      const next = optimizer.update({ specs, parameters: state.parameters, gradients, state: state.optimizer, scalars: { learningRate: rate, step: count } });
      return { loss, state: { parameters: next.parameters, buffers: after, optimizer: next.state } };
    },
    {
      state: { parameters: specsOf(parameters), buffers: specsOf(buffers), optimizer: Object.fromEntries(Object.entries(first).map(([name, { shape }]) => [name, spec(shape)])) },
      x: specOf(inputs['x']!),
      labels: specOf(inputs['labels']!),
      rate: spec([]),
      count: spec([]),
    },
    compileOptions(options),
  );
  let state: State<Feed> = {
    parameters: numbersOf(parameters),
    buffers: numbersOf(buffers),
    optimizer: Object.fromEntries(Object.entries(first).map(([name, { shape, value }]) => [name, new Float32Array(shape.reduce((m, n) => m * n, 1)).fill(value)])),
  };
  const feeds = { x: inputs['x']!.data, labels: inputs['labels']!.data, rate: Float32Array.of(learningRate), count: new Float32Array(1) };
  const advance = async () => {
    feeds.count[0]! += 1;
    const { loss, state: next } = await program.call({ state, ...feeds });
    for (const part of Object.values(state)) for (const old of Object.values(part)) if ('dispose' in old) old.dispose();
    state = next;
    return loss;
  };
  return {
    async check() {
      const losses: number[] = [];
      for (let i = 0; i < CHECKED; i++) {
        const loss = await advance();
        losses.push(Number((await loss.read())[0]));
        loss.dispose();
      }
      return losses;
    },
    run: async () => (await advance()).dispose(),
    end: () => program.dispose(),
  };
};

/** What a step carries to the next. */
type State<L> = { parameters: Record<string, L>; buffers: Record<string, L>; optimizer: Record<string, L> };
