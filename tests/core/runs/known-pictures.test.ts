import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRun, executeRun, parseSpecification, readMeasures, readSpecification } from '#core/runs';
import { temporaryHome } from './samples';

temporaryHome();
const folder = join(import.meta.dirname, '../../../assets/specs/landscape');

/** A specification of the folder with some fields replaced: the claim in seconds. docs/landscapes.md has the figures of the whole ones. */
async function taken(name: string, changes: Record<string, unknown>, training: object) {
  const specification = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as { training: object };
  const run = createRun(parseSpecification({ ...specification, ...changes, training: { ...specification.training, ...training } }));
  await executeRun(run, { threads: 1 });
  return readMeasures(run);
}

it.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('%s is valid', (name) => {
  expect(readSpecification(join(folder, name)).basin).toBe(1);
});

describe('the edge of stability', () => {
  it('full-batch gradient descent brings the largest eigenvalue to 2 / learning rate, and keeps it there', async () => {
    const found = await taken('edge-of-stability', {
      measure: [{ use: 'hessian-top', every: 50, subset: null }], population: { vary: { 'optimizer.learningRate': [0.08, 0.12] } },
    }, { epochs: 1000, checkpointEvery: 1000 });
    for (const [member, rate] of [0.08, 0.12].entries()) {
      const own = found.filter((each) => each.member === member);
      expect(own.every(({ converged }) => converged === true)).toBe(true);
      expect(own[0]!.threshold).toBeCloseTo(2 / rate, 10);
      expect(own[0]!.value).toBeLessThan(0.9 * own[0]!.threshold!);
      const late = own.filter(({ step }) => step > 500).map(({ value, threshold }) => value / threshold!);
      const mean = late.reduce((a, b) => a + b, 0) / late.length;
      expect(Math.abs(mean - 1)).toBeLessThan(0.15);
    }
  });
});

/** The last figure of each seed, by its name. */
async function lastOf(name: string, training: { epochs: number; checkpointEvery: number }) {
  const measure = [{ use: 'hessian-top' }, { use: 'hessian-trace' }, { use: 'sam-sharpness', rho: 0.1 }].map((each) => ({ ...each, everyEpochs: training.epochs, subset: null }));
  const found = await taken(name, { measure }, training);
  const steps = Math.max(...found.map(({ step }) => step));
  return (figure: string): number[] => found.filter((each) => each.name === figure && each.step === steps).map(({ value }) => value);
}

describe('flat and sharp minima, over five seeds', () => {
  it('SAM ends in a minimum several times flatter than SGD does, by three measures', async () => {
    const training = { epochs: 30, checkpointEvery: 30 };
    const [sgd, sam] = [await lastOf('sgd', training), await lastOf('sam', training)];
    for (const [figure, margin] of [['hessian-top', 4], ['hessian-trace', 2], ['sam-sharpness', 1.5]] as const) {
      expect(sgd(figure)).toHaveLength(5);
      expect(Math.min(...sgd(figure)), figure).toBeGreaterThan(margin * Math.max(...sam(figure)));
    }
  });

  it('small batches end in flatter minima than large ones do', async () => {
    const [small, large] = [await lastOf('batch-small', { epochs: 20, checkpointEvery: 20 }), await lastOf('batch-large', { epochs: 300, checkpointEvery: 300 })];
    for (const figure of ['hessian-top', 'hessian-trace']) expect(Math.min(...large(figure)), figure).toBeGreaterThan(1.2 * Math.max(...small(figure)));
  });
});
