import { createRequire } from 'node:module';
import { defaultDevice, init, jit, lax, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import type { Case } from '../frame/case';
import { type Prepare, serve } from '../frame/serve';
import { type StoredTensor, under } from '../frame/tensors';

type Parameters = Record<string, np.Array>;
type Loss = (p: Parameters, x: np.Array, targets: np.Array) => np.Array;

const CHECKED = 5;

const toArray = ({ data, shape }: StoredTensor): np.Array => np.array(data).reshape([...shape]);

const crossEntropy = (logits: np.Array, targets: np.Array): np.Array => nn.logSoftmax(logits).mul(targets).sum(-1).mean().neg();

/** Arrays are owned: what is used again is taken by `.ref`, what is not is given away. */
function lossOf({ network }: Case): Loss {
  const linear = (p: Parameters, name: string, x: np.Array): np.Array => np.matmul(x, p[`${name}.weight`]!.transpose()).add(p[`${name}.bias`]!);
  if (network.kind === 'mlp') {
    const last = network.widths.length - 2;
    return (p, x, targets) => {
      let h = x;
      for (let i = 0; i < last; i++) h = nn.relu(linear(p, `layers.${i}`, h));
      return crossEntropy(linear(p, `layers.${last}`, h), targets);
    };
  }
  if (network.kind === 'cnn') {
    const conv = (p: Parameters, name: string, x: np.Array): np.Array =>
      nn.relu(lax.conv(x, p[`${name}.weight`]!, [2, 2], [[1, 1], [1, 1]]).add(p[`${name}.bias`]!.reshape([-1, 1, 1])));
    return (p, x, targets) => {
      const h = conv(p, 'conv2', conv(p, 'conv1', x));
      return crossEntropy(linear(p, 'head', h.reshape([h.shape[0]!, -1])), targets);
    };
  }
  throw new Error(`the ${network.kind} is not written for it`);
}

const prepare: Prepare = async (c, inputs) => {
  if (c.work.kind !== 'step' || c.work.optimizer !== 'sgd') throw new Error(`${c.work.kind} is not written for it`);
  if (!(await init('wasm')).includes('wasm')) throw new Error('its Wasm backend does not start here');
  defaultDevice('wasm');
  const { learningRate } = c.work;
  const slopes = valueAndGrad(lossOf(c));
  const advance = jit((p: Parameters, x: np.Array, targets: np.Array): [np.Array, Parameters] => {
    const held = Object.fromEntries(Object.entries(p).map(([name, w]) => [name, w.ref]));
    const [loss, gradient] = slopes(held, x, targets) as [np.Array, Parameters];
    return [loss, Object.fromEntries(Object.entries(p).map(([name, w]) => [name, w.sub(gradient[name]!.mul(learningRate))]))];
  });
  let p: Parameters = Object.fromEntries(Object.entries(under(inputs, 'parameters')).map(([name, tensor]) => [name, toArray(tensor)]));
  const x = toArray(inputs['x']!);
  const classes = c.network.kind === 'mlp' ? c.network.widths.at(-1)! : 10;
  const targets = nn.oneHot(toArray(inputs['labels']!), classes);
  const step = async (): Promise<number> => {
    const [loss, next] = advance(p, x.ref, targets.ref) as [np.Array, Parameters];
    p = next;
    await Promise.all(Object.values(p).map((w) => w.blockUntilReady()));
    return Number(await loss.jsAsync());
  };
  return {
    async check() {
      const losses: number[] = [];
      for (let i = 0; i < CHECKED; i++) losses.push(await step());
      return losses;
    },
    run: async () => void (await step()),
    end: () => Promise.resolve(),
    notes: ['jax-js: Wasm, compiled by jit; its threads need web workers, which Node does not have'],
  };
};

const entry = createRequire(import.meta.url).resolve('@jax-js/jax');
const manifest = createRequire(import.meta.url)(entry.replace(/dist.*$/, 'package.json')) as { version: string };
await serve({ 'jax-js': manifest.version }, prepare);
