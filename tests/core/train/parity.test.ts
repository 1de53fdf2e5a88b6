import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blockSchema, buildBlock } from '#core/blocks';
import { readWeights, writeSafetensors, writeWeights } from '#core/nn';
import type { Weights } from '#core/nn';
import { Evaluator, trainingSchema, weightFeeds } from '#core/train';
import type { TrainerState } from '#core/train';
import { describe, expect, it } from 'vitest';
import { contextOf, follow, pictureData, trainerFor } from './problem';

const script = join(import.meta.dirname, 'parity.py');
const pythons = ['/usr/bin/python3', 'python3'];
const python = pythons.find((name) => {
  try {
    execFileSync(name, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

const steps = 20;
const data = pictureData(48);
const models: Record<string, object> = {
  'mlp': { use: 'mlp', widths: [16] },
  'gelu-layer-norm': { use: 'mlp', widths: [16], activation: 'gelu', norm: 'layer' },
  'cnn': { use: 'cnn', stages: [{ stage: 'conv', channels: 4, norm: 'batch' }, { stage: 'pool' }, { stage: 'dense', units: 8 }] },
  'resnet-batch': { use: 'resnet', depth: 8, width: 4 },
  'resnet-group': { use: 'resnet', depth: 8, width: 4, norm: 'group', groups: 2 },
};
const optimizers: Record<string, object> = {
  momentum: { use: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3 },
  sam: { use: 'sam', rho: 0.1, base: { use: 'sgd', learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3 } },
  asam: { use: 'asam', rho: 0.5, base: { use: 'adam', learningRate: 0.003 } },
  nesterov: { use: 'sgd', learningRate: 0.05, momentum: 0.9, nesterov: true },
  adam: { use: 'adam', learningRate: 0.003, weightDecay: 1e-3 },
  adamw: { use: 'adamw', learningRate: 0.003, weightDecay: 0.05 },
};

const weightsOf = ({ parameters, buffers }: TrainerState): Weights => {
  const data = (group: TrainerState['parameters']) => Object.fromEntries(Object.entries(group).map(([name, tensor]) => [name, tensor.data as Float32Array]));
  return { parameters: data(parameters), buffers: data(buffers) };
};

/** Twenty steps on the whole data by Basin, then by PyTorch from the same first weights. */
async function both(model: string, optimizer: string, clip: number | null) {
  const training = { epochs: steps, batchSize: data.train.count, gradientClip: clip };
  const trainer = await trainerFor(data, { model: models[model], optimizer: optimizers[optimizer], training });
  const story = await follow(trainer.run());
  await trainer.dispose();

  const bare = contextOf(data, trainingSchema.parse(training));
  const loss = buildBlock('losses', blockSchema('losses').parse('cross-entropy'), bare);
  const module = buildBlock('architectures', blockSchema('architectures').parse(models[model]), { ...bare, outputs: loss.outputs });
  const folder = mkdtempSync(join(tmpdir(), 'basin-parity-'));
  try {
    const final = writeWeights(module, weightsOf(story.last!));
    writeFileSync(join(folder, 'spec.json'), JSON.stringify({ model, optimizer, steps, clip }));
    writeFileSync(join(folder, 'init.safetensors'), writeWeights(module, weightsOf(story.checkpoints[0]!.state)));
    writeFileSync(join(folder, 'final.safetensors'), final);
    writeFileSync(join(folder, 'data.safetensors'), writeSafetensors({
      x: { shape: [data.train.count, ...data.exampleShape], data: data.train.x }, y: { shape: [data.train.count], data: data.train.y },
    }));
    const theirs = JSON.parse(execFileSync(python!, [script, folder], { encoding: 'utf8' })) as { losses: number[]; outputs: number[] };
    const evaluator = await Evaluator.create({ model: module, loss, metrics: {}, problem: data, most: data.train.count, compile: { device: 'cpu', threads: 1 } });
    const { outputs } = await evaluator.outputs(weightFeeds(readWeights(module, final)), data.train.x, data.train.count);
    await evaluator.dispose();
    return { losses: story.steps.map((step) => step.loss), outputs: Array.from(outputs), theirs };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const cases: [string, string, number | null][] = [
  ['mlp', 'momentum', null], ['mlp', 'nesterov', null], ['mlp', 'adam', null], ['mlp', 'adamw', null], ['mlp', 'momentum', 0.2],
  ['mlp', 'sam', 0.2], ['cnn', 'asam', null],
  ['gelu-layer-norm', 'adamw', null], ['cnn', 'momentum', null], ['resnet-batch', 'momentum', null], ['resnet-group', 'adamw', null],
];

describe.skipIf(python === undefined)('PyTorch, from the same weights on the same data', () => {
  it.each(cases)('%s with %s, clip %s: the same losses over twenty steps, the same predictions from the exported weights', async (model, optimizer, clip) => {
    const { losses, outputs, theirs } = await both(model, optimizer, clip);
    expect(losses).toHaveLength(steps);
    expect(theirs.losses).toHaveLength(steps);
    losses.forEach((loss, step) => expect(Math.abs(loss / theirs.losses[step]! - 1), `step ${step + 1}`).toBeLessThan(1e-4));
    const size = Math.max(...theirs.outputs.map(Math.abs));
    expect(outputs).toHaveLength(theirs.outputs.length);
    outputs.forEach((output, i) => expect(Math.abs(output - theirs.outputs[i]!) / size).toBeLessThan(1e-5));
  }, 60_000);
});
