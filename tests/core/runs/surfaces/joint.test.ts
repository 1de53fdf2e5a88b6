import { beforeAll, describe, expect, it } from 'vitest';
import { exportSurface, permutationSpecification, permuteWeights, randomPermutations, type Surface } from '#core/landscape';
import { readSafetensors, writeSafetensors } from '#core/nn';
import {
  computeRunSurface, createRun, evaluateRun, executeRun, listSurfaces, openRun, openRunSurface, removeSurface, requestFromRecipe, runPaths, surfaceRequestSchema, trajectorySteps, writeAtomically, type OpenRun, type SurfaceRequest,
} from '#core/runs';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { landscapeProblem } from '../../../../core/runs/surfaces/problem';
import { small, temporaryHome } from '../samples';

const home = temporaryHome();
const program = 'basin 0.0.0';
let [first, second]: string[] = [];
let run: OpenRun;

async function trained(changes: Record<string, unknown>): Promise<string> {
  const folder = createRun(small({ model: { use: 'mlp', widths: [12], norm: 'batch' }, training: { epochs: 4, batchSize: 32, keepTrajectory: true }, ...changes }));
  await executeRun(folder);
  return folder;
}

async function computed(request: SurfaceRequest): Promise<{ surface: Surface; id: string }> {
  for await (const event of computeRunSurface(run, request, { program })) if (event.kind === 'end') return event;
  throw new Error('no end');
}

const joint = (more: object = {}): SurfaceRequest => surfaceRequestSchema.parse({ plane: 'trajectory', others: [{ run: second! }], grid: [3, 3], ...more });

beforeAll(async () => {
  first = await trained({ name: 'first', seed: 0 });
  second = await trained({ name: 'second', seed: 1, optimizer: { use: 'adam', learningRate: 0.02 } });
  run = await openRun(first);
}, 120_000);

describe('the plane of several runs\' paths', () => {
  it('holds every path with the run\'s own losses, and is kept as it is', async () => {
    const { surface, id } = await computed(joint());
    const [other] = surface.otherTrajectories!;
    expect(other!.name).toBe('second');
    expect(Array.from(other!.steps)).toEqual(trajectorySteps(runPaths(second!)));
    // The values are those of the other run with its own weights and statistics, on the same data.
    const { loss } = await evaluateRun(await openRun(second!), { on: 'train', checkpoint: 'last' });
    expect(other!.values['loss']!.at(-1)).toBeCloseTo(loss, 5);
    const own = await evaluateRun(run, { on: 'train', checkpoint: Number(surface.trajectory!.steps[2]) });
    expect(surface.trajectory!.values['loss']![2]).toBeCloseTo(own.loss, 5);
    for (const { share } of [surface.trajectory!, other!]) expect(share! > 0 && share! <= 1).toBe(true);
    const { x, y } = surface.recipe.grid;
    for (let i = 0; i < other!.points.length; i += 2) expect(other!.points[i]! > x.from && other!.points[i]! < x.to && other!.points[i + 1]! > y.from && other!.points[i + 1]! < y.to).toBe(true);
    expect(await openRunSurface(first!, id)).toEqual(surface);
  });

  it('a recipe makes the same picture again, bit for bit; it names runs, fingerprints and steps', async () => {
    for (const asked of [joint(), joint({ align: true, seed: 3, subset: 100 })]) {
      const { surface } = await computed(asked);
      const { plane } = surface.recipe;
      expect(plane).toMatchObject({ kind: 'trajectory', with: [{ name: 'second', checkpoint: 'last', steps: trajectorySteps(runPaths(second!)) }], ...(asked.align && { align: { seed: 3 } }) });
      for (const { id } of await listSurfaces(first!)) removeSurface(first!, id);
      const again = await computed(await requestFromRecipe(run, surface.recipe, { program }));
      expect(again.surface).toEqual(surface);
    }
  });

  it('matched with this run\'s units, a run in another order of units has the very path that it is', async () => {
    // The other run with its hidden units shuffled: another place in weight space, the same network.
    const shuffled = `${home}/shuffled`;
    cpSync(second!, shuffled, { recursive: true });
    const { tensors } = run.weights('last');
    const specification = permutationSpecification(landscapeProblem(run.parts, run.data, tensors, { split: 'train', subset: null, batchNorm: 'evaluation' }));
    const permutations = randomPermutations(specification, 7);
    const paths = runPaths(shuffled);
    for (const file of [paths.weights('last'), ...trajectorySteps(paths).map(paths.trajectoryStep)]) {
      const { tensors: stored, metadata } = readSafetensors(readFileSync(file), file);
      const moved = permuteWeights(Object.fromEntries(Object.entries(stored).map(([name, { data }]) => [name, data as Float32Array])), specification, permutations);
      writeAtomically(file, writeSafetensors(Object.fromEntries(Object.entries(stored).map(([name, { shape }]) => [name, { shape, data: moved[name]! }])), metadata));
    }
    const json = JSON.parse(readFileSync(paths.run, 'utf8')) as object;
    writeFileSync(paths.run, JSON.stringify({ ...json, id: 'shuffled', name: 'shuffled' }));
    const [plain, aligned] = [(await computed(joint({ align: true }))).surface, (await computed(joint({ align: true, others: [{ run: shuffled }] }))).surface];
    expect(aligned.otherTrajectories![0]!.points).toEqual(plain.otherTrajectories![0]!.points);
    expect(aligned.values).toEqual(plain.values);
    const unmatched = (await computed(joint({ others: [{ run: shuffled }] }))).surface;
    expect(unmatched.otherTrajectories![0]!.points).not.toEqual(plain.otherTrajectories![0]!.points);
    // The same function at each checkpoint, whichever order its units have.
    unmatched.otherTrajectories![0]!.values['loss']!.forEach((loss, i) => expect(loss).toBeCloseTo(aligned.otherTrajectories![0]!.values['loss']![i]!, 5));
  });

  it('is drawn with every path and a legend, and written to files with each', async () => {
    const { surface } = await computed(joint());
    const written = async (format: 'json' | 'svg' | 'gltf' | 'vtp'): Promise<string> => new TextDecoder().decode(await exportSurface(surface, format, { width: 600, height: 450 }));
    const document = JSON.parse(await written('json')) as { otherTrajectories: { name: string; points: [number, number][]; share: number; values: { loss: number[] } }[] };
    const [other] = document.otherTrajectories;
    expect(other!.points.flat()).toEqual(Array.from(surface.otherTrajectories![0]!.points));
    expect(other!.values.loss).toEqual(Array.from(surface.otherTrajectories![0]!.values['loss']!));
    const svg = await written('svg');
    for (const color of ['#d55e00', '#56b4e9']) expect(svg).toContain(color);
    const gltf = JSON.parse(await written('gltf')) as { nodes: { name: string }[] };
    expect(gltf.nodes.map(({ name }) => name)).toEqual(['loss', 'trajectory of first', 'trajectory of second']);
    const vtp = await written('vtp');
    expect(vtp).toContain('NumberOfLines="2"');
    const offsets = /<Lines>.*?Name="offsets"[^>]*>([^<]*)</s.exec(vtp)![1]!.trim().split(/\s+/).map(Number);
    expect(offsets).toEqual([surface.trajectory!.steps.length, surface.trajectory!.steps.length + surface.otherTrajectories![0]!.steps.length]);
  });

  it('refuses itself, a run twice, a copy, another network, a run without a path', async () => {
    const refusal = (others: object[], more: object = {}) => expect(computed(joint({ others, ...more }))).rejects;
    await refusal([{ run: first }]).toThrow('"first" is the run at the centre itself');
    await refusal([{ run: second }, { run: second }]).toThrow('"second" is named twice');
    const copy = `${home}/copy`;
    cpSync(first!, copy, { recursive: true });
    const json = JSON.parse(readFileSync(runPaths(copy).run, 'utf8')) as object;
    writeFileSync(runPaths(copy).run, JSON.stringify({ ...json, id: 'copy', name: 'copy' }));
    await refusal([{ run: copy }]).toThrow('"copy" ends in the same weights as the run at the centre');
    const wide = await trained({ name: 'wide', model: { use: 'mlp', widths: [13], norm: 'batch' }, training: { epochs: 1, batchSize: 100 } });
    await refusal([{ run: wide }]).toThrow('"wide" is another network than "first": its layers.0.weight is [13, 2], not [12, 2].');
    const lost = `${home}/lost`;
    cpSync(second!, lost, { recursive: true });
    rmSync(runPaths(lost).trajectory, { recursive: true });
    await refusal([{ run: lost }]).toThrow('"second" kept 0 checkpoints up to step');
    await refusal([], { align: true }).toThrow('none was given');
  });
});
