import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { parseSpecification, type RunSpecification } from '#core/runs';

/** A folder that is removed when the test file is done; Basin's home lies in it. */
export function temporaryHome(): string {
  const folder = mkdtempSync(join(tmpdir(), 'basin-runs-'));
  process.env['BASIN_HOME'] = join(folder, 'home');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A small classification run on generated data; `changes` replaces whole fields. */
export function smallSpecification(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'moons',
    data: { source: { generator: { use: 'moons', count: 300, noise: 0.15, seed: 1 } } },
    model: { use: 'mlp', widths: [16, 16], dropout: 0.1 },
    optimizer: { use: 'sgd', learningRate: 0.1 },
    training: { epochs: 6, batchSize: 32 },
    device: 'cpu',
    ...changes,
  };
}

export const small = (changes: Record<string, unknown> = {}): RunSpecification => parseSpecification(smallSpecification(changes));
