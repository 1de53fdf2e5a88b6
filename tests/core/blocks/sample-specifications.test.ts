import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { listGenerators, loadDataset } from '#core/data';
import { composeRun, runSpecificationSchema } from '#core/runs';
import { Trainer } from '#core/train';
import { describe, expect, it } from 'vitest';
import { follow } from '../train/problem';

const folder = join(import.meta.dirname, '../../../assets/specs');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (file: string) => runSpecificationSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));

describe('the sample specifications', () => {
  it.each(files)('%s is valid and named after its file', (file) => {
    expect(read(file).name).toBe(file.replace('.json', ''));
  });

  it('there is one for every generator', () => {
    const covered = files.map((file) => read(file).data.source).map((source) => ('generator' in source ? source.generator.use : ''));
    expect(listGenerators().map((generator) => generator.use).filter((use) => !covered.includes(use))).toEqual([]);
  });

  // Validation figures well below what the specifications reach, well above guessing.
  it.each([['spirals', 0.97], ['xor', 0.9], ['gaussian-mixtures', 0.97], ['sinusoid', 0.85]])('%s learns what there is to learn', async (name, least) => {
    const specification = read(`${name}.json`);
    const parts = composeRun(specification, await loadDataset(specification.data));
    const trainer = await Trainer.create({ ...parts, compile: { device: 'cpu', threads: 1 } });
    const { epochs } = await follow(trainer.run());
    await trainer.dispose();
    expect(Object.values(epochs.at(-1)!.validation!.metrics)[0]).toBeGreaterThan(least);
  });
});
