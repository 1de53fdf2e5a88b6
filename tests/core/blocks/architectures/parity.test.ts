import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constant, randomNormal, streamKey } from '#core/graph';
import { writeSafetensors } from '#core/nn';
import type { StoredTensor } from '#core/nn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../evaluate';
import { cases, examplesOf, moduleOf } from './cases';
import type { Case } from './cases';
import { threeSteps, unsettled } from './three-steps';

const script = join(import.meta.dirname, 'parity.py');
const python = ['/usr/bin/python3', 'python3'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

interface Theirs {
  output: number[];
  loss: number;
  gradients: Record<string, number[]>;
  weights: Record<string, number[]>;
}

/** Largest difference as a share of the largest number. */
function difference(ours: ArrayLike<number>, theirs: readonly number[]): number {
  expect(ours.length).toBe(theirs.length);
  let [most, size] = [0, 0];
  theirs.forEach((value, i) => {
    most = Math.max(most, Math.abs(ours[i]! - value));
    size = Math.max(size, Math.abs(value));
  });
  return most / Math.max(size, 1e-12);
}

/** The largest gradient of the network: what is far below it is nothing but rounding. */
const largest = (gradients: Record<string, number[]>): number => Math.max(...Object.values(gradients).flat().map(Math.abs));

/** The normal numbers that a network draws from its stream of this name in `threeSteps`. */
async function noiseOf(name: string, shape: number[]): Promise<Float32Array> {
  const { noise } = await evaluate(() => ({ noise: randomNormal(constant(streamKey(3, name), [2]), shape) }), {}, 'cpu');
  return Float32Array.from(noise!);
}

const setUp = (each: Case) => {
  const module = moduleOf(each);
  return { module, weights: unsettled(module), examples: examplesOf(each, module) };
};

describe.skipIf(python === undefined)('PyTorch, from the same weights on the same data', () => {
  const folder = python === undefined ? '' : mkdtempSync(join(tmpdir(), 'basin-architectures-'));

  beforeAll(async () => {
    for (const each of cases) {
      const { module, weights, examples } = setUp(each);
      const tensors: Record<string, StoredTensor> = {
        x: { shape: [examples.count, ...module.inputShape], data: examples.x },
        y: { shape: [examples.count, ...(examples.y.length === examples.count ? [] : [examples.y.length / examples.count])], data: examples.y },
      };
      for (const [name, { shape }] of Object.entries(module.parameters)) tensors[name] = { shape, data: weights.parameters[name]! };
      for (const [name, { shape }] of Object.entries(module.buffers)) tensors[name] = { shape, data: weights.buffers[name]! };
      if (each.specification.use === 'vae') tensors['noise'] = { shape: [examples.count, 3], data: await noiseOf('latent.noise', [examples.count, 3]) };
      writeFileSync(join(folder, `${each.name}.safetensors`), writeSafetensors(tensors));
    }
    execFileSync(python!, [script, folder]);
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(cases)('$name: the same outputs, gradients and weights after three steps', async (each) => {
    const { module, weights, examples } = setUp(each);
    const ours = await threeSteps(module, weights, examples);
    const theirs = JSON.parse(readFileSync(join(folder, `${each.name}.json`), 'utf8')) as Theirs;
    expect(difference(ours.output, theirs.output)).toBeLessThan(2e-5);
    expect(Math.abs(ours.loss / theirs.loss - 1)).toBeLessThan(1e-5);
    expect(Object.keys(ours.gradients).sort()).toEqual(Object.keys(theirs.gradients).sort());
    const floor = 1e-3 * largest(theirs.gradients);
    for (const [name, gradient] of Object.entries(theirs.gradients)) {
      const own = ours.gradients[name]!;
      const size = Math.max(floor, ...gradient.map(Math.abs));
      gradient.forEach((value, i) => expect(Math.abs(own[i]! - value) / size, `${name}[${i}]`).toBeLessThan(1e-3));
    }
    for (const [name, values] of Object.entries(theirs.weights)) {
      const own = ours.weights.parameters[name] ?? ours.weights.buffers[name]!;
      expect(difference(own, values), name).toBeLessThan(1e-4);
    }
  });
});
