import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readWeights } from '#core/runs';
import { useCli } from './cli';

const cli = useCli();
const at = (name: string): string => join(cli.folder, name);
interface Result { folder: string; state: string; results: { parts: Record<string, Record<string, number>> } }
interface Judged { loss: number; metrics: Record<string, number>; examples: number }

const specification = {
  name: 'moons',
  data: { source: { path: 'moons.csv' }, target: 'target', standardize: false },
  model: { use: 'mlp', widths: [8] },
  training: { epochs: 4, batchSize: 32 },
};

beforeAll(async () => {
  await cli.json('data', 'generate', 'moons', '--count', '200', '--seed', '1', '--out', at('moons.csv'));
  writeFileSync(at('spec.json'), JSON.stringify(specification));
  await cli.json('run', at('spec.json'), '--out', at('run'));
  await cli.json('export', at('run'), '--onnx', at('moons.onnx'), '--safetensors', at('moons.safetensors'));
});

describe('a model file on the command line', () => {
  it('judged with --epochs 0 it has the figures of the run that it came from', async () => {
    const own = await cli.json<Judged>('eval', at('run'), '--split', 'test');
    for (const start of [['--model', at('moons.onnx'), '--data', at('moons.csv'), '--target', 'target'], [at('spec.json'), '--weights', at('moons.safetensors')]]) {
      const judged = await cli.json<Result>('run', ...start, '--epochs', '0', '--out', at(`judged-${start.length}`));
      expect(judged.state).toBe('finished');
      const again = await cli.json<Judged>('eval', at(`judged-${start.length}`), '--split', 'test');
      expect(again.examples).toBe(own.examples);
      expect(again.loss).toBeCloseTo(own.loss, 5);
      expect(again.metrics['accuracy']).toBe(own.metrics['accuracy']);
    }
  });

  it('trains further, from a copy that lies in the run\'s folder: the file may go', async () => {
    copyFileSync(at('moons.onnx'), at('passing.onnx'));
    await cli.json('run', '--model', at('passing.onnx'), '--data', at('moons.csv'), '--target', 'target', '--epochs', '3', '--batch-norm', 'batch', '--out', at('further'));
    expect(JSON.parse(readFileSync(join(at('further'), 'run.json'), 'utf8'))).toMatchObject({ specification: { model: { use: 'onnx', batchNorm: 'batch' } } });
    writeFileSync(at('passing.onnx'), 'something else');
    const [before, after] = [await cli.json<Judged>('eval', at('run'), '--split', 'train'), await cli.json<Judged>('eval', at('further'), '--split', 'train')];
    expect(after.loss).toBeLessThan(before.loss);
  });

  it('weights of another network are refused by the tensors that do not fit; --partial takes those that do', async () => {
    writeFileSync(at('wide.json'), JSON.stringify({ ...specification, name: 'wide', model: { use: 'mlp', widths: [9] } }));
    const refused = await cli.run('run', at('wide.json'), '--weights', at('moons.safetensors'), '--out', at('wide'));
    expect(refused.code).not.toBe(0);
    expect(refused.err + refused.out).toMatch(/layers\.0\.weight.*\[8, ?2\].*\[9, ?2\]|layers\.0\.weight.*\[9, ?2\].*\[8, ?2\]/s);
    writeFileSync(at('deep.json'), JSON.stringify({ ...specification, name: 'deep', model: { use: 'mlp', widths: [8, 8] }, training: { epochs: 0, batchSize: 32 } }));
    await cli.json('run', at('deep.json'), '--weights', at('moons.safetensors'), '--partial', '--out', at('deep'));
    const tensors = (folder: string) => readWeights(join(at(folder), 'checkpoints/last.safetensors')).tensors;
    const [from, to] = [tensors('run'), tensors('deep')];
    const shared = Object.keys(from).filter((name) => to[name]?.data.length === from[name]!.data.length);
    expect(shared.length).toBeGreaterThan(0);
    expect(shared.length).toBeLessThan(Object.keys(to).length);
    for (const name of shared) expect(to[name]!.data).toEqual(from[name]!.data);
  });

  it('a file that is no model is refused with its name', async () => {
    writeFileSync(at('no.onnx'), 'not a model');
    const { code, err, out } = await cli.run('run', '--model', at('no.onnx'), '--data', at('moons.csv'));
    expect(code).not.toBe(0);
    expect(err + out).toContain('no.onnx');
  });
});
