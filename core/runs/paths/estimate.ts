import { permutationSpecification, pointAt, WeightEvaluator, type LandscapeProblem, type PermutationSpecification } from '#core/landscape';
import type { OpenRun } from '../evaluation/open-run';
import { createTrainer } from './compute';
import type { PathRequest } from './request';
import { setUpPath, type PathSetup } from './setup';

/** What a path would cost. */
export interface PathEstimate {
  readonly seconds: number;
  readonly alignSeconds: number;
  readonly trainSeconds: number;
  readonly evaluateSeconds: number;
  /** Steps of the training; 0 for a line. */
  readonly steps: number;
  /** Numbers of a network's weights. */
  readonly parameters: number;
}

/** Seconds that steps are measured for. */
const MEASURED = 1;
/** How many more pivots a band has over its training than at first: a guess, they are inserted where they are needed. */
const BAND_GROWTH = 1.6;
/** Passes that matching usually takes, and multiplications a second of its products in plain code. */
const PASSES = 7;
const PRODUCTS_A_SECOND = 8e8;

/** Measures some steps of the training and one place of the path, and extrapolates. */
export async function estimateRunPath(run: OpenRun, request: PathRequest, options: { program: string; signal?: AbortSignal }): Promise<PathEstimate> {
  const setup = setUpPath(run, request, options);
  const alignSeconds = setup.recipe.align ? (PASSES * matchingProducts(setup.judge, permutationSpecification(setup.judge))) / PRODUCTS_A_SECOND : 0;
  const training = setup.recipe.kind === 'line' ? { seconds: 0, steps: 0 } : await measureTraining(run, setup, options.signal);
  const evaluateSeconds = await measureEvaluation(run, setup, options.signal);
  const parameters = Object.values(setup.start).reduce((sum, { length }) => sum + length, 0);
  return { seconds: alignSeconds + training.seconds + evaluateSeconds, alignSeconds, trainSeconds: training.seconds, evaluateSeconds, steps: training.steps, parameters };
}

async function measureTraining(run: OpenRun, setup: PathSetup, signal: AbortSignal | undefined): Promise<{ seconds: number; steps: number }> {
  const trainer = await createTrainer(run, setup);
  try {
    const { steps } = trainer;
    // The first step compiles what the others share.
    await trainer.advance();
    const begun = performance.now();
    while (trainer.step < steps && performance.now() - begun < 1000 * MEASURED) {
      signal?.throwIfAborted();
      await trainer.advance();
    }
    const each = (performance.now() - begun) / 1000 / Math.max(1, trainer.step - 1);
    return { steps, seconds: each * steps * (setup.recipe.kind === 'band' ? BAND_GROWTH : 1) };
  } finally {
    await trainer.dispose();
  }
}

async function measureEvaluation(run: OpenRun, { problems, start, end, recipe }: PathSetup, signal: AbortSignal | undefined): Promise<number> {
  let seconds = 0;
  const middle = pointAt({ shape: 'polygon', points: [start, end.parameters] }, 0.5);
  for (const problem of Object.values(problems)) {
    const evaluator = await WeightEvaluator.create(problem, run.compile);
    try {
      await evaluator.evaluate(middle, signal);
      const begun = performance.now();
      await evaluator.evaluate(middle, signal);
      seconds += (performance.now() - begun) / 1000;
    } finally {
      await evaluator.dispose();
    }
  }
  return seconds * recipe.points;
}

/** Multiplications of one pass of matching: for each group and each tensor that holds it, the products of all pairs of units. */
function matchingProducts({ parameters }: LandscapeProblem, { tensors, groups }: PermutationSpecification): number {
  return Object.entries(parameters).reduce((sum, [name, { data }]) =>
    sum + tensors[name]!.reduce((own, { group }) => own + (group === undefined ? 0 : groups[group]! * data.length), 0), 0);
}
