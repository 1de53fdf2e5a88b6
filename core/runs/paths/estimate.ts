import { matchingSeconds, permutationSpecification, WeightEvaluator, type LandscapeProblem } from '#core/landscape';
import { secondsSince, Times } from '#core/runtime';
import type { OpenRun } from '../evaluation/open-run';
import { createTrainer } from './compute';
import type { PathRequest } from './request';
import { timedSetup, WRITING } from '../timed-setup';
import { setUpPath, type PathSetup } from './setup';
import { sketchSeconds } from './sketches';

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

/** Measures some steps of the training, one batch of each part of the data and some of the matching of units, and counts: reading the runs, the programs' making, sketches while it is trained, and places too. */
export async function estimateRunPath(run: OpenRun, request: PathRequest, options: { program: string; signal?: AbortSignal }): Promise<PathEstimate> {
  const { setup, seconds: setupSeconds } = await timedSetup(() => setUpPath(run, request, options));
  const { recipe, judge, start, end, problems } = setup;
  const alignSeconds = recipe.align ? await matchingSeconds(start, end.parameters, permutationSpecification(judge), options.signal) : 0;
  const training = recipe.kind === 'line' ? { seconds: 0, steps: 0 } : await measureTraining(run, setup, options.signal);
  let evaluateSeconds = 0;
  for (const problem of Object.values(problems)) {
    const { made, each } = await measureEvaluation(run, problem, options.signal);
    evaluateSeconds += made + each * recipe.points;
  }
  const parameters = Object.values(start).reduce((sum, { length }) => sum + length, 0);
  return { seconds: setupSeconds + alignSeconds + training.seconds + evaluateSeconds + WRITING, alignSeconds, trainSeconds: training.seconds, evaluateSeconds, steps: training.steps, parameters };
}

async function measureTraining(run: OpenRun, setup: PathSetup, signal: AbortSignal | undefined): Promise<{ seconds: number; steps: number }> {
  const judged = await measureEvaluation(run, setup.judge, signal);
  const start = performance.now();
  const trainer = await createTrainer(run, setup);
  try {
    const { steps } = trainer;
    // The first step compiles what the others share.
    await trainer.advance(signal);
    const made = secondsSince(start);
    const times = new Times();
    const begun = performance.now();
    while (trainer.step < steps && secondsSince(begun) < MEASURED) {
      signal?.throwIfAborted();
      const before = performance.now();
      await trainer.advance(signal);
      times.add(secondsSince(before));
    }
    const trained = (times.usual ?? made) * (steps - 1) * (setup.recipe.kind === 'band' ? BAND_GROWTH : 1);
    return { steps, seconds: made + trained + judged.made + sketchSeconds(judged.each, trained) };
  } finally {
    await trainer.dispose();
  }
}

/** Seconds until a part of the data can be evaluated as it usually is, and of one evaluation. */
async function measureEvaluation(run: OpenRun, problem: LandscapeProblem, signal: AbortSignal | undefined): Promise<{ made: number; each: number }> {
  const start = performance.now();
  const evaluator = await WeightEvaluator.create(problem, run.compile);
  try {
    const made = secondsSince(start);
    const begun = performance.now();
    await evaluator.rehearse(signal);
    do await evaluator.rehearse(signal);
    while (secondsSince(begun) < MEASURED / 10);
    return { made: made + evaluator.startSeconds, each: evaluator.evaluationSeconds };
  } finally {
    await evaluator.dispose();
  }
}
