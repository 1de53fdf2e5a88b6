import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { readMetrics } from '#core/runs';
import { ended, useCli } from './cli';

const cli = useCli();
const at = (name: string): string => join(cli.folder, name);

const specification = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: 'spirals',
  data: { source: { path: 'spirals.csv' }, target: 'target' },
  model: { use: 'mlp', widths: [16] },
  training: { epochs: 3, batchSize: 32 },
  ...changes,
});

beforeAll(async () => {
  const made = await cli.json<{ rows: number; columns: string[] }>('data', 'generate', 'spirals', '--count', '300', '--seed', '3', '--out', at('spirals.csv'));
  expect(made.rows).toBe(300);
  writeFileSync(at('spec.json'), JSON.stringify(specification()));
  await cli.json('run', at('spec.json'), '--out', at('run'));
});

describe('what the commands answer', () => {
  it('data inspect: columns, target, and what training would see', async () => {
    const seen = await cli.json<{ rows: number; proposal: { target: string }; training: { split: { train: number } } }>('data', 'inspect', at('spirals.csv'));
    expect(seen).toMatchObject({ rows: 300, kind: 'table', proposal: { target: 'target' }, training: { task: 'classification', exampleShape: [2] } });
    const { out, code } = await cli.run('data', 'inspect', at('spirals.csv'));
    expect(code).toBe(0);
    expect(out).toContain('spirals.csv: csv, 300 rows, 3 columns');
  });

  it('run: one document on standard output, progress on standard error, the folder as documented', async () => {
    const { out, err, code } = await cli.run('run', at('spec.json'), '--json');
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(1);
    const result = JSON.parse(out) as { folder: string; state: string };
    expect(result).toMatchObject({ name: 'spirals', state: 'finished', device: 'cpu', results: { checkpoint: 'last' } });
    expect(result.folder).toBe(at('home/runs/spirals-1'));
    expect(err).toContain('Training: ');
    expect(err).not.toContain('\u001b');
    expect(existsSync(join(result.folder, 'checkpoints/last.safetensors'))).toBe(true);
  });

  it('list and compare: every run, what differs and how they ended', async () => {
    writeFileSync(at('other.json'), JSON.stringify(specification({ name: 'wider', model: { use: 'mlp', widths: [32] } })));
    await cli.json('run', at('other.json'), '--out', at('wider'));
    const runs = await cli.json<{ name: string; folder: string; state: string }[]>('list');
    expect(runs.map(({ folder }) => folder)).toEqual(expect.arrayContaining([at('run'), at('wider')]));
    const compared = await cli.json<{ differences: { path: string; values: unknown[] }[]; figures: { name: string; values: number[] }[] }>('compare', at('run'), 'wider');
    expect(compared.differences).toEqual(expect.arrayContaining([{ path: 'model.widths', values: [[16], [32]] }]));
    expect(compared.figures.find(({ name }) => name === 'test.accuracy')?.values).toHaveLength(2);
  });

  it('eval: the same figures as the run wrote down, and those of another file', async () => {
    const { results } = JSON.parse(readFileSync(at('run/run.json'), 'utf8')) as { results: { parts: Record<string, Record<string, number>> } };
    const own = await cli.json<{ loss: number; metrics: Record<string, number>; confusion: number[]; examples: number }>('eval', at('run'), '--split', 'test');
    expect(own.loss).toBeCloseTo(results.parts['test']?.['loss'] ?? NaN, 6);
    expect(own.confusion.reduce((a, b) => a + b)).toBe(own.examples);
    const other = await cli.json<{ examples: number }>('eval', at('run'), '--data', at('spirals.csv'));
    expect(other.examples).toBe(300);
  });

  it('predict: one line a row, probabilities that add up', async () => {
    const summary = await cli.json<{ rows: number }>('predict', at('run'), '--data', at('spirals.csv'), '--out', at('predicted.csv'));
    expect(summary.rows).toBe(300);
    const [head = '', ...lines] = readFileSync(at('predicted.csv'), 'utf8').trim().split('\n');
    expect(head.split(',').slice(0, 2)).toEqual(['row', 'target']);
    expect(lines).toHaveLength(300);
    for (const line of lines) expect(line.split(',').slice(2).reduce((sum, p) => sum + Number(p), 0)).toBeCloseTo(1, 5);
  });

  it('curvature: eigenvalues with residuals, the trace in its interval, the same again with the same seed', async () => {
    interface Report { dimension: number; eigenvalues: { largest: { value: number; residual: number; converged: boolean }[]; converged: boolean }; trace: { value: number; interval: [number, number] } }
    const ask = ['curvature', at('run'), '--subset', '50', '--top', '2', '--trace', '--products', '40'];
    const report = await cli.json<Report>(...ask);
    const [first, second] = report.eigenvalues.largest;
    expect(first!.value).toBeGreaterThanOrEqual(second!.value);
    expect(report.eigenvalues.converged).toBe(first!.converged && second!.converged);
    expect(report.trace.value).toBeGreaterThanOrEqual(report.trace.interval[0]);
    expect((await cli.json<Report>(...ask, '--again')).trace).toEqual(report.trace);
    // Asked once more it is read: the time it took is that of the computation.
    expect(await cli.json(...ask)).toEqual(await cli.json(...ask));
    const [kept] = await cli.json<{ id: string; complete: boolean }[]>('curvature', at('run'), '--list');
    expect(kept).toMatchObject({ complete: true });
    expect(await cli.json('curvature', at('run'), '--show', kept!.id)).toEqual(await cli.json(...ask));
    expect((await cli.run('curvature', at('run'), '--list')).out).toContain('2+0 eigenvalues, trace');
    await cli.json('curvature', at('run'), '--remove', kept!.id);
    expect(await cli.json('curvature', at('run'), '--list')).toEqual([]);
    expect((await cli.run('curvature', at('run'), '--show', kept!.id)).err).toMatch(/no curvature/);
    // Gauss-Newton has no negative eigenvalue: its largest is at most its trace.
    const whole = await cli.json<Report>('curvature', at('run'), '--subset', '20', '--operator', 'gauss-newton', '--layers', 'layers.0', '--top', '1', '--trace', 'hutch++', '--products', '30');
    expect(whole.eigenvalues.largest[0]!.value).toBeLessThanOrEqual(whole.trace.interval[1] * (1 + 1e-6));
    const { code, err } = await cli.run('curvature', at('run'), '--layers', 'nowhere');
    expect(code).toBe(1);
    expect(err).toMatch(/no layer "nowhere"/);
  });

  it('surface: a file by its ending, the same numbers in each', async () => {
    const grid = ['--grid', '5x5', '--subset', '100', '--seed', '4'];
    const estimate = (): Promise<Record<string, number>> => cli.json('surface', at('run'), ...grid, '--estimate');
    const { seconds, openingSeconds, ...counted } = await estimate();
    expect(counted).toMatchObject({ points: 25, done: 0, examples: 100, groups: 1 });
    expect(Math.min(seconds!, openingSeconds!)).toBeGreaterThan(0);
    const { centre, id } = await cli.json<{ centre: Record<string, number>; id: string }>('surface', at('run'), ...grid, '--out', at('s.json'));
    const again = await cli.json<{ id: string }>('surface', at('run'), ...grid, '--out', at('s.csv'));
    expect(again.id).toBe(id);
    expect(await estimate()).toMatchObject({ points: 25, done: 25, groups: 0, evaluations: 0 });
    expect(await cli.json('surface', at('run'), ...grid, '--over-checkpoints', '2', '--estimate')).toMatchObject({ slices: 2, doneSlices: 0, points: 50, groups: 2 });
    const rows = readFileSync(at('s.csv'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(rows).toHaveLength(26);
    // The run's own loss is summed by another program than the points of a plane: they agree to the rounding of float32.
    const middle = rows.slice(1).map((row) => row.split(',').map(Number)).find(([x, y]) => x === 0 && y === 0);
    expect(Math.abs(middle![2]! / centre['loss']! - 1)).toBeLessThan(1e-6);
    await cli.json('surface', at('run'), '--plane', 'line', '--grid', '9x1', '--range', '-0.5:0.5', '--out', at('line.npy'));
    expect(readFileSync(at('line.npy')).subarray(1, 6).toString()).toBe('NUMPY');

    // Without a file it is told, and kept with the run; what is kept is listed and removed by its name.
    const told = await cli.json<{ id: string; centre: Record<string, number>; out?: string }>('surface', at('run'), ...grid);
    expect(told).toMatchObject({ id, centre });
    expect(told.out).toBeUndefined();
    const kept = async (): Promise<string[]> => (await cli.json<{ name: string }[]>('surface', at('run'), '--list')).map(({ name }) => name);
    expect(await kept()).toContain(id);
    await cli.json('surface', at('run'), '--remove', id);
    expect(await kept()).not.toContain(id);
  });

  it('graph: what a training step consists of, and the step as an ONNX file that ONNX Runtime opens', async () => {
    interface Counted { nodes: number; flops: number; seconds: number; memory: { total: number; inputs: number }; ops: { op: string; nodes: number; flops: number }[] }
    const counted = await cli.json<Counted>('graph', at('run'), '--onnx', at('step.onnx'));
    // Three products a layer forward and back, but for the first layer's input gradient: 2 -> 16 -> 2 on 32 examples.
    expect(counted.ops.find(({ op }) => op === 'matmul')).toMatchObject({ nodes: 5, flops: 2 * 32 * (2 * 2 * 16 + 3 * 16 * 2) });
    expect(counted.ops.reduce((sum, { nodes }) => sum + nodes, 0)).toBe(counted.nodes);
    expect(counted.memory.total).toBeGreaterThan(counted.memory.inputs);
    expect(counted.seconds).toBeGreaterThan(0);
    const session = await InferenceSession.create(at('step.onnx'));
    expect(session.inputNames).toContain('parameters.layers.0.weight');
    expect(session.outputNames).toContain('loss');
    await session.release();
    const { out, code } = await cli.run('graph', at('run'));
    expect(code).toBe(0);
    expect(out).toMatch(/a training step of 32 examples on cpu\n[^]*matmul +5 /);
  });

  it('export: files that others read', async () => {
    const { files } = await cli.json<{ files: { bytes: number }[] }>('export', at('run'), '--safetensors', at('w.safetensors'), '--onnx', at('m.onnx'));
    expect(files).toHaveLength(2);
    expect(readFileSync(at('w.safetensors')).equals(readFileSync(at('run/checkpoints/last.safetensors')))).toBe(true);
  });

  it('makes pictures that open again', async () => {
    const made = await cli.json<{ rows: number }>('data', 'generate', 'glyphs', '--count', '60', '--out', at('glyphs.zip'));
    expect(made.rows).toBe(60);
    expect(await cli.json('data', 'inspect', at('glyphs.zip'))).toMatchObject({ kind: 'images', rows: 60, images: { width: 28, height: 28, channels: 1 }, proposal: { task: 'classification' } });
    const { code, err } = await cli.run('data', 'generate', 'glyphs', '--count', '60', '--out', at('glyphs.zip'));
    expect(code).toBe(1);
    expect(err).toContain('exists');
  });

  it('devices and blocks: lists for machines and for people', async () => {
    expect(await cli.json('devices')).toContainEqual(expect.objectContaining({ id: 'cpu', usable: true }));
    const optimizers = await cli.json<{ slot: string; use: string }[]>('blocks', 'optimizers');
    expect(new Set(optimizers.map(({ slot }) => slot))).toEqual(new Set(['optimizers']));
    const { out } = await cli.run('blocks', 'adam');
    expect(out).toContain('Kingma');
    expect(out).toMatch(/learningRate\s+0\.001/);
  });

  it('keeps compiled programs, for processes that start at once too, and gives the same network without them', async () => {
    interface Kept { keepPrograms: boolean; folder: string; programs: number; bytes: number }
    const train = async (name: string): Promise<Buffer> => {
      const { code, err } = await cli.run('run', at('kept.json'), '--out', at(name));
      expect(code, err).toBe(0);
      expect(err).not.toContain('Warning');
      return readFileSync(join(at(name), 'checkpoints/last.safetensors'));
    };
    writeFileSync(at('kept.json'), JSON.stringify({
      data: { source: { generator: { use: 'moons', count: 100 } } }, model: { use: 'mlp', widths: [8, 8, 8] }, optimizer: { use: 'adam' }, training: { epochs: 2, batchSize: 32 },
    }));
    expect(await cli.json('cache', '--off', '--clear')).toMatchObject({ keepPrograms: false, programs: 0, bytes: 0 });
    const without = await train('kept-0');
    expect(await cli.json('cache')).toMatchObject({ programs: 0 });
    await cli.json('cache', '--on');
    for (const network of await Promise.all([train('kept-1'), train('kept-2')])) expect(network.equals(without)).toBe(true);
    const first = await cli.json<Kept>('cache');
    expect(first).toMatchObject({ keepPrograms: true, folder: join(at('home'), 'cache/programs') });
    expect(first.programs).toBeGreaterThan(0);
    expect((await train('kept-3')).equals(without)).toBe(true);
    // Another process finds what the first ones made.
    expect(await cli.json('cache')).toEqual(first);
    expect((await cli.run('cache')).out).toMatch(/^\d+ compiled programs, [\d.]+ kB of at most 512 MB, in /);
    expect(await cli.json('cache', '--clear')).toMatchObject({ keepPrograms: true, programs: 0 });
  }, 60_000);

  it.each(['run', 'resume', 'eval', 'predict', 'surface', 'curvature', 'export', 'graph', 'devices', 'serve', 'list', 'compare', 'blocks', 'cache', 'data inspect', 'data generate'])(
    '%s --help shows an example',
    async (command) => {
      const { out, code } = await cli.run(...command.split(' '), '--help');
      expect(code).toBe(0);
      expect(out).toContain(`$ basin ${command}`);
      expect(out).toContain('--json');
    },
  );
});

describe('what they say about mistakes', () => {
  const mistakes: [string, () => string[], string | RegExp, string][] = [
    ['a misspelt field', () => ['run', at('misspelt.json')], /misspelt\.json: optimizer: unknown field "learningrate": did you mean "learningRate"\?$/, 'spec.invalid'],
    ['a negative learning rate', () => ['run', at('negative.json')], /negative\.json: optimizer\.learningRate: must be above 0, got -1$/, 'spec.invalid'],
    ['a batch larger than the data', () => ['run', at('batch.json')], 'The specification: training.batchSize: 1000 is larger than the training part (210 examples)', 'spec.invalid'],
    ['no such specification', () => ['run', at('none.json')], /none\.json does not exist\.$/, 'spec.missing'],
    ['no such run', () => ['eval', 'nothing'], 'There is no run "nothing": no folder, id or name fits.', 'run.unknown'],
    ['a finished run', () => ['resume', at('run')], 'Run "spirals" is finished.', 'run.finished'],
    ['an unknown device', () => ['run', at('spec.json'), '--device', 'cuba'], /^unknown device "cuba": /, 'device.unknown'],
    ['an unknown ending', () => ['surface', at('run'), '--out', at('s.xyz')], /s\.xyz/, 'landscape.export.format'],
    ['an unknown quantity', () => ['surface', at('run'), '--grid', '3x3', '--metric', 'acuracy', '--out', at('q.csv')], '--metric acuracy: did you mean "accuracy"?', 'surface.metric'],
    ['an estimate of two', () => ['surface', at('run'), at('run'), '--estimate'], '--estimate is about one run', 'surface.estimate.one'],
    ['nothing to export', () => ['export', at('run')], 'Nothing to write was named.', 'export.nothing'],
    ['a folder that is not there', () => ['surface', at('run'), '--out', at('none/s.csv')], /^.*none\/s\.csv cannot be written: there is no folder .*none\.$/, 'output.no-folder'],
    ['an output that is a folder', () => ['export', at('run'), '--onnx', at('run')], /cannot be written: it is a folder\.$/, 'output.is-folder'],
    ['an unknown block', () => ['blocks', 'adma'], /^no block or slot is called "adma": did you mean "adam"/, 'block.unknown'],
    ['a port that is no number', () => ['serve', '--port', 'eighty'], /--port/, 'commander.invalidArgument'],
    ['an unknown command', () => ['trian'], /unknown command 'trian'/, 'commander.unknownCommand'],
  ];

  beforeAll(() => {
    writeFileSync(at('misspelt.json'), JSON.stringify(specification({ optimizer: { use: 'sgd', learningrate: 0.1 } })));
    writeFileSync(at('negative.json'), JSON.stringify(specification({ optimizer: { use: 'sgd', learningRate: -1 } })));
    writeFileSync(at('batch.json'), JSON.stringify(specification({ training: { batchSize: 1000 } })));
  });

  it.each(mistakes)('%s: exit code 1, in words and as JSON', async (_, args, message, code) => {
    const machine = await cli.run(...args(), '--json');
    expect(machine.code).toBe(1);
    const { error } = JSON.parse(machine.out) as { error: { code: string; message: string; ours: boolean } };
    expect(error.ours).toBe(false);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(machine.err).not.toMatch(/^\s+at /m);
    // Nothing is left of a run that could not begin.
    expect((await cli.json<{ state: string }[]>('list')).map(({ state }) => state)).not.toContain('failed');
  });

  it('a port in use names the port', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const address = blocker.address();
    const port = typeof address === 'object' && address ? String(address.port) : '';
    const { code, err } = await cli.run('serve', '--no-open', '--port', port);
    blocker.close();
    // Without a built page the missing page is told first; both are the user's to mend.
    expect(code).toBe(1);
    expect(err).toMatch(new RegExp(`Port ${port} is in use by another program|npm run build`));
  });
});

describe('Ctrl-C', () => {
  it('stops with a checkpoint, says how to go on, and a second window is refused meanwhile', async () => {
    writeFileSync(at('long.json'), JSON.stringify(specification({ name: 'long', training: { epochs: 100_000, batchSize: 8 } })));
    const child = cli.start('run', at('long.json'), '--out', at('long'));
    const over = ended(child);
    // The first progress is told when steps have been made.
    await new Promise<void>((resolve) => child.stderr?.on('data', (chunk: Buffer) => chunk.toString().includes('Training') && resolve()));
    const second = await cli.run('resume', at('long'), '--json');
    expect(second.code).toBe(1);
    expect(JSON.parse(second.out)).toMatchObject({ error: { code: 'run.locked', message: expect.stringContaining(`is in use by process ${child.pid} on `) as string } });
    child.kill('SIGINT');
    const { code, err } = await over;
    expect(code).toBe(0);
    expect(err).toContain(`To go on: basin resume ${at('long')}`);
    const file = JSON.parse(readFileSync(at('long/run.json'), 'utf8')) as { state: string; progress: { step: number } };
    expect(file.state).toBe('stopped');
    expect(readMetrics(at('long/metrics.ndjson')).at(-1)?.step).toBe(file.progress.step);
  });
});
