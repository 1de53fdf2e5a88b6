import { createRequire } from 'node:module';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { Case } from '../frame/case';
import { type Prepare, serve } from '../frame/serve';
import { type StoredTensor, under } from '../frame/tensors';

type Variables = Record<string, tf.Variable>;

const CHECKED = 5;

const toTensor = ({ data, shape }: StoredTensor): tf.Tensor => tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32');

/** TensorFlow.js is at home in NHWC; filters and pictures are turned once, the head's input once a step. */
function logitsOf({ network }: Case): (p: Variables, x: tf.Tensor) => tf.Tensor2D {
  const linear = (p: Variables, name: string, x: tf.Tensor): tf.Tensor2D =>
    tf.add(tf.matMul(x as tf.Tensor2D, p[`${name}.weight`] as tf.Tensor2D, false, true), p[`${name}.bias`]!) as tf.Tensor2D;
  if (network.kind === 'mlp') {
    const last = network.widths.length - 2;
    return (p, x) => {
      let h = x;
      for (let i = 0; i < last; i++) h = tf.relu(linear(p, `layers.${i}`, h));
      return linear(p, `layers.${last}`, h);
    };
  }
  if (network.kind === 'cnn') {
    const conv = (p: Variables, name: string, x: tf.Tensor): tf.Tensor =>
      tf.relu(tf.add(tf.conv2d(x as tf.Tensor4D, p[`${name}.weight`] as tf.Variable<tf.Rank.R4>, 2, 1), p[`${name}.bias`]!));
    return (p, x) => {
      const h = tf.transpose(conv(p, 'conv2', conv(p, 'conv1', x)), [0, 3, 1, 2]);
      return linear(p, 'head', tf.reshape(h, [h.shape[0]!, -1]));
    };
  }
  throw new Error(`the ${network.kind} is not written for it`);
}

const ofImages = (name: string, tensor: tf.Tensor): tf.Tensor => (tensor.rank !== 4 ? tensor : name === 'x' ? tf.transpose(tensor, [0, 2, 3, 1]) : tf.transpose(tensor, [2, 3, 1, 0]));

/** The first backend that can take a training step of the case: native, Wasm, plain JavaScript. */
async function chooseBackend(works: () => Promise<unknown>): Promise<{ backend: string; passed: string[] }> {
  const passed: string[] = [];
  for (const backend of ['tensorflow', 'wasm', 'cpu']) {
    try {
      if (backend === 'tensorflow') await loadNative();
      if (!(await tf.setBackend(backend))) throw new Error('it does not start');
      await tf.ready();
      await works();
      return { backend, passed };
    } catch (error) {
      passed.push(`${backend}: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 120)}`);
    }
  }
  throw new Error(`no backend works (${passed.join('; ')})`);
}

async function loadNative(): Promise<void> {
  for (const name of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']) {
    try {
      await import(name);
      return;
    } catch {
      // Its native library is not here; the next one may be.
    }
  }
  throw new Error('no native library is installed');
}

const prepare: Prepare = async (c, inputs) => {
  const { work } = c;
  if (work.kind !== 'step' || work.optimizer !== 'sgd') throw new Error(`${work.kind} is not written for it`);
  setWasmPaths(`${path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}${path.sep}`);
  const logits = logitsOf(c);
  let classes = 10;
  if (c.network.kind === 'mlp') classes = c.network.widths.at(-1)!;
  let step: () => Promise<number>;
  const begin = (): void => {
    const variables: Variables = Object.fromEntries(
      Object.entries(under(inputs, 'parameters')).map(([name, tensor]) => [name, tf.variable(ofImages(name, toTensor(tensor)))]),
    );
    const x = ofImages('x', toTensor(inputs['x']!));
    const targets = tf.oneHot(toTensor(inputs['labels']!) as tf.Tensor1D, classes);
    const optimizer = tf.train.sgd(work.learningRate);
    const loss = (): tf.Scalar => tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits(variables, x))), -1)));
    step = async () => {
      const value = optimizer.minimize(loss, true, Object.values(variables))!;
      const [number] = await value.data();
      value.dispose();
      return number!;
    };
  };
  const { backend, passed } = await chooseBackend(async () => {
    begin();
    await step();
  });
  begin();
  return {
    async check() {
      const losses: number[] = [];
      for (let i = 0; i < CHECKED; i++) losses.push(await step());
      return losses;
    },
    run: async () => void (await step()),
    end: () => Promise.resolve(),
    notes: [`TensorFlow.js: backend ${backend}${passed.length > 0 ? ` (${passed.join('; ')})` : ''}`],
  };
};

await serve({ 'TensorFlow.js': tf.version_core }, prepare);
