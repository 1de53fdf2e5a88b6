import { Philox, sizeOf } from '#core/graph';
import { compileFunction, type Feed } from '#core/runtime';
import { sgdStep, type StepCase, stepSpecs } from './step-case';

/** A training step kept ready to be timed. */
export interface Stepper {
  /** Milliseconds of each of `steps` steps. */
  time(steps: number): Promise<number[]>;
  end(): Promise<void>;
}

export async function startBasin(c: StepCase, options: { threads: number; profile?: string }): Promise<Stepper> {
  const step = await compileFunction(sgdStep(c), stepSpecs(c), { device: 'cpu', ...options });
  const random = new Philox(0, c.name);
  let params: Record<string, Feed> = Object.fromEntries(
    Object.entries(c.parameters).map(([name, { shape }]) => {
      const fanIn = shape.slice(1).reduce((m, n) => m * n, 1);
      return [name, random.normals(sizeOf(shape)).map((v) => (shape.length > 1 ? v / Math.sqrt(fanIn) : name.endsWith('weight') ? 1 : 0))];
    }),
  );
  const x = random.normals(sizeOf(c.input.shape));
  const labels = Int32Array.from({ length: c.input.shape[0]! }, (_, i) => i % c.classes);
  const learningRate = Float32Array.of(0.01);
  return {
    async time(steps) {
      const times: number[] = [];
      for (let i = 0; i < steps; i++) {
        const start = performance.now();
        const result = await step.call({ params, x, labels, learningRate });
        for (const old of Object.values(params)) if ('dispose' in old) old.dispose();
        result.loss.dispose();
        params = result.params;
        times.push(performance.now() - start);
      }
      return times;
    },
    end: () => step.dispose(),
  };
}
