import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRun, evaluateRun, executeRun, generateText, openRun, predictRun } from '#core/runs';
import { beforeAll, describe, expect, it } from 'vitest';
import { draw } from '../../../core/runs/evaluation/generate';
import { small, temporaryHome } from './samples';

const folder = temporaryHome();
const run = async (changes: Record<string, unknown>) => {
  const made = createRun(small({ optimizer: { use: 'adam', learningRate: 0.01 }, ...changes }));
  await executeRun(made);
  return openRun(made);
};

describe('a language model', () => {
  let copier: Awaited<ReturnType<typeof run>>;
  beforeAll(async () => {
    copier = await run({
      name: 'copier', data: { source: { generator: { use: 'copying', count: 600, length: 2, letters: 3 } } },
      model: { use: 'gpt', width: 16, depth: 2, heads: 2 }, training: { epochs: 20, batchSize: 32 },
    });
  });

  it('learns the rule: it writes words backwards, the same at temperature 0 whatever the seed', async () => {
    const written = await generateText(copier, { checkpoint: 'last', prompt: 'c a →', length: 2, temperature: 0, seed: 5 });
    expect(written).toEqual({ prompt: 'c a →', text: 'a c', tokens: 2 });
    expect(copier.file.results?.parts['test']?.['token-accuracy']).toBeGreaterThan(0.95);
  });

  it('writes the same text for the same seed, and says which tokens it does not know', async () => {
    const write = (seed: number) => generateText(copier, { checkpoint: 'init', prompt: '', length: 30, seed }).then(({ text }) => text);
    expect(await write(1)).toBe(await write(1));
    expect(await write(1)).not.toBe(await write(2));
    await expect(generateText(copier, { checkpoint: 'last', prompt: 'a z', length: 2 })).rejects.toThrow('holds "z", which is no token');
  });

  it('shows the windows it knows least as text, and judges each in a file of predictions', async () => {
    const { worst, metrics } = await evaluateRun(copier, { on: 'test', checkpoint: 'last', worst: 3 });
    expect(worst[0]!.cells![0]!.value).toMatch(/^[abc] [abc] → [abc]$/);
    expect(metrics['perplexity']).toBeLessThan(1.3);
    expect(worst.map(({ loss }) => loss)).toEqual(worst.map(({ loss }) => loss).sort((a, b) => b - a));
  });
});

describe('an autoencoder', () => {
  it('restores pictures beside the originals, in their own units, and gives each one\'s error', async () => {
    const generator = { use: 'glyphs', count: 120, size: 16 };
    const made = await run({
      name: 'restorer', data: { source: { generator }, task: 'reconstruction' },
      model: { use: 'autoencoder', widths: [32], latent: 8 }, training: { epochs: 3, batchSize: 16 },
    });
    const { restored, loss } = await evaluateRun(made, { on: 'test', checkpoint: 'last' });
    expect(restored!.shape).toEqual([1, 16, 16]);
    expect(Math.min(...restored!.original)).toBeGreaterThanOrEqual(-1e-6);
    expect(Math.max(...restored!.original)).toBeLessThanOrEqual(1 + 1e-6);
    const { mean, scale } = made.data.transform as { mean: number[]; scale: number[] };
    expect(mean[0]).toBeGreaterThan(0);
    // The loss of the part is the mean square of what is shown, in deviations; all of the part is shown.
    expect(restored!.count).toBe(24);
    const squares = restored!.original.reduce((sum, value, i) => sum + ((value - restored!.restored[i]!) / scale[0]!) ** 2, 0);
    expect(squares / restored!.original.length).toBeCloseTo(loss, 4);
    const out = join(folder, 'errors.csv');
    await predictRun(made, { data: { generator }, out, checkpoint: 'last' });
    const [head, ...rows] = readFileSync(out, 'utf8').trim().split('\n');
    expect(head).toBe('picture,mean squared error');
    expect(rows).toHaveLength(120);
    await expect(generateText(made, { checkpoint: 'last', prompt: '', length: 2 })).rejects.toThrow('is no language model');
  });

  it('a VAE takes the ELBO where no loss is named', async () => {
    const made = await run({ name: 'vae', data: { source: { generator: { use: 'moons', count: 100 } }, task: 'reconstruction' }, model: { use: 'vae', widths: [8], latent: 2 }, training: { epochs: 2, batchSize: 16 } });
    expect(made.parts.specification.loss.use).toBe('elbo');
    expect(made.file.results?.parts['test']?.['mse']).toBeGreaterThan(0);
  });
});

describe('drawing a token', () => {
  const logits = Float32Array.of(0, Math.log(3), -Infinity, Math.log(4));

  it('follows the probabilities, cut to the most probable, sharper when cold', () => {
    const shares = (temperature: number, topK: number): number[] => {
      const counts = [0, 0, 0, 0];
      for (let i = 0; i < 8000; i++) counts[draw(logits, temperature, topK, (i + 0.5) / 8000)]! += 1 / 8000;
      return counts;
    };
    [1 / 8, 3 / 8, 0, 4 / 8].forEach((share, i) => expect(shares(1, Infinity)[i]).toBeCloseTo(share, 3));
    [0, 3 / 7, 0, 4 / 7].forEach((share, i) => expect(shares(1, 2)[i]).toBeCloseTo(share, 3));
    [1 / 26, 9 / 26, 0, 16 / 26].forEach((share, i) => expect(shares(0.5, Infinity)[i]).toBeCloseTo(share, 3));
    expect(draw(logits, 0, Infinity, 0.1)).toBe(3);
  });
});
