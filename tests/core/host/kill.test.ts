import { statSync, readFileSync, writeFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Philox } from '#core/graph';
import { readMetrics, readRunFile } from '#core/runs';
import { ended, useCli } from './cli';

const cli = useCli();

const specification = {
  name: 'killed',
  data: { source: { generator: { use: 'moons', count: 400, noise: 0.15 } } },
  model: { use: 'mlp', widths: [16, 16], dropout: 0.2, norm: 'batch' },
  optimizer: { use: 'adam', learningRate: 0.003 },
  training: { epochs: 40, batchSize: 8 },
  device: 'cpu',
};

const size = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
const withoutTime = (path: string): unknown[] => readMetrics(path).map(({ t: _, ...rest }) => rest);

describe('a run killed with SIGKILL at any moment', () => {
  it('ends, resumed, with the weights and metrics of one that was never killed, bit for bit', async () => {
    const file = join(cli.folder, 'spec.json');
    writeFileSync(file, JSON.stringify(specification));
    await cli.json('run', file, '--out', join(cli.folder, 'through'));
    const metrics = join(cli.folder, 'through', 'metrics.ndjson');
    const whole = size(metrics);

    const random = new Philox(7, 'kill').uniforms(12);
    let kills = 0;
    for (const [attempt, moments] of [random.slice(0, 5), random.slice(5, 10)].entries()) {
      const folder = join(cli.folder, `killed-${attempt}`);
      let first = true;
      for (const moment of [...moments].sort()) {
        const child = first ? cli.start('run', file, '--out', folder) : cli.start('resume', folder);
        first = false;
        const over = ended(child);
        let left = false;
        void over.then(() => (left = true));
        // Watched by the growth of its file: killed in the middle of whatever it is doing then.
        while (!left && size(join(folder, 'metrics.ndjson')) < moment * whole) await pause(1);
        child.kill('SIGKILL');
        const { signal } = await over;
        if (signal === 'SIGKILL') kills++;
      }
      if (readRunFile(folder).state !== 'finished') await cli.json('resume', folder);
      for (const name of ['init', 'last', 'best', `trajectory/${40 * 35}`]) {
        const own = readFileSync(join(folder, 'checkpoints', `${name}.safetensors`));
        expect(own.equals(readFileSync(join(cli.folder, 'through', 'checkpoints', `${name}.safetensors`))), name).toBe(true);
      }
      expect(withoutTime(join(folder, 'metrics.ndjson'))).toEqual(withoutTime(metrics));
      expect(readdirSync(folder, { recursive: true }).map(String).sort()).toEqual(readdirSync(join(cli.folder, 'through'), { recursive: true }).map(String).sort());
    }
    expect(kills).toBeGreaterThanOrEqual(6);
  });
});
