import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCli } from './cli';

const cli = useCli();
const at = (name: string): string => join(cli.folder, name);

interface Member {
  member: number;
  seed: number;
  state: string;
  values: Record<string, number>;
  results?: Record<string, Record<string, number>>;
}
interface Listing {
  members: Member[];
  summary: Record<string, Record<string, { mean: number; count: number }>>;
}

describe('a population on the command line', () => {
  beforeAll(async () => {
    writeFileSync(at('spec.json'), JSON.stringify({
      name: 'many',
      data: { source: { generator: { use: 'moons', count: 200 } } },
      model: { use: 'mlp', widths: [8] },
      optimizer: { use: 'sgd', learningRate: 0.1 },
      training: { epochs: 3, batchSize: 32 },
    }));
    await cli.json('run', at('spec.json'), '--seeds', '2', '--vary', 'optimizer.learningRate=0.05,1000', '--vary', 'optimizer.weightDecay=logspace:0.01:10:2', '--combine', 'zip', '--threads', '1', '--out', at('run'));
  });

  it('members: every one with its numbers, sorted; what diverged is counted and left out', async () => {
    const { members, summary } = await cli.json<Listing>('members', at('run'), '--sort', 'accuracy', '--split', 'test');
    const byNumber = [...members].sort((a, b) => a.member - b.member);
    expect(byNumber.map(({ seed, values }) => [seed, ...Object.values(values)])).toEqual([[0, 0.05, 0.01], [1, 0.05, 0.01], [0, 1000, 10], [1, 1000, 10]]);
    expect(byNumber.map(({ state }) => state)).toEqual(['finished', 'finished', 'diverged', 'diverged']);
    const accuracies = members.slice(0, 2).map(({ results }) => results!['test']!['accuracy']!);
    expect(accuracies[0]).toBeGreaterThanOrEqual(accuracies[1]!);
    expect(summary['test']!['accuracy']).toMatchObject({ count: 2, mean: expect.closeTo((accuracies[0]! + accuracies[1]!) / 2, 12) as number });
    const { out } = await cli.run('members', at('run'));
    expect(out).toContain('2 of 4 diverged and are left out of the figures.');
    const { out: listed } = await cli.run('list');
    expect(listed).toMatch(/4 networks, validation accuracy .* ± .*, 2 diverged/);
  });

  it('eval, export and compare speak of one member', async () => {
    const { err, code } = await cli.run('eval', at('run'));
    expect(code).toBe(1);
    expect(err).toContain('is a population of 4 networks: choose one');
    const judged = await cli.json<{ metrics: Record<string, number> }>('eval', at('run'), '--member', '1', '--split', 'test');
    const { members } = await cli.json<Listing>('members', at('run'));
    expect(judged.metrics['accuracy']).toBeCloseTo(members[1]!.results!['test']!['accuracy']!, 12);
    await cli.json('export', at('run'), '--member', 'best', '--onnx', at('best.onnx'));
    await cli.json('members', at('run'), '--extract', '1', '--out', at('one'));
    const compared = await cli.json<{ figures: { name: string; values: (number | null)[] }[] }>('compare', at('run'), at('one'));
    expect(compared.figures.find(({ name }) => name === 'test.accuracy')!.values[1]).toBeCloseTo(judged.metrics['accuracy']!, 12);
    const again = await cli.json<{ metrics: Record<string, number> }>('eval', at('one'), '--split', 'test');
    expect(again.metrics).toEqual(judged.metrics);
  });

  it('says which place or value is wrong', async () => {
    for (const [given, told] of [['optimizer.rate=1', 'optimizer has no "rate"'], ['optimizer.learningRate=a', '"a" is not a number.'], ['optimizer.learningRate', 'It must be a place and its values']] as const) {
      const { err, code } = await cli.run('run', at('spec.json'), '--vary', given);
      expect(code).toBe(1);
      expect(err).toContain(told);
    }
  });
});
