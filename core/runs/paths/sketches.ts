import { pointAt, WeightEvaluator, type LandscapeProblem, type WeightPath } from '#core/landscape';
import type { CompileOptions } from '#core/runtime';

/** The training loss at some places of a path that is still trained, on a part of the examples. */
export interface PathSketch {
  readonly t: Float64Array;
  readonly loss: Float64Array;
}

const PLACES = 17;
/** Milliseconds between two sketches at least, and the share of the time that they may take. */
const INTERVAL = 700;
const SHARE = 0.15;

/** Seconds of all sketches during a training of so many seconds, the first and the last among them. @param evaluation seconds of one place */
export function sketchSeconds(evaluation: number, training: number): number {
  const each = PLACES * evaluation;
  return each * (2 + training / Math.max(INTERVAL / 1000, each / SHARE));
}

/** Sketches of a path while it is trained, as often as they cost little. */
export class Sketches {
  private evaluator: WeightEvaluator | undefined;
  private next = 0;

  constructor(
    private readonly problem: LandscapeProblem,
    private readonly options: CompileOptions,
  ) {}

  get due(): boolean {
    return performance.now() >= this.next;
  }

  async take(path: WeightPath, signal?: AbortSignal): Promise<PathSketch> {
    const begun = performance.now();
    this.evaluator ??= await WeightEvaluator.create(this.problem, this.options);
    const t = Float64Array.from({ length: PLACES }, (_, i) => i / (PLACES - 1));
    const loss = new Float64Array(PLACES);
    for (const [i, place] of t.entries()) loss[i] = (await this.evaluator.evaluate(pointAt(path, place), signal))['loss']!;
    const took = performance.now() - begun;
    this.next = performance.now() + Math.max(INTERVAL, took / SHARE);
    return { t, loss };
  }

  async dispose(): Promise<void> {
    await this.evaluator?.dispose();
  }
}
