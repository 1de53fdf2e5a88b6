import { sumIfKnown } from '#core/runtime';
import { type CurvatureQuantity, type SurfaceCurvature } from './curvature-recipe';
import { DEFAULT_MEMORY, type EvaluatorOptions, PlaneEvaluator, type PointValues } from './evaluator';
import type { Plane } from './plane';
import { PlaneCurvature } from './plane-curvature';
import type { PassOptions } from './population-program';
import type { LandscapeProblem } from './problem';

export interface PointOptions extends EvaluatorOptions {
  /** What is to be known besides the problem's own quantities. */
  readonly curvature?: { readonly quantities: readonly CurvatureQuantity[]; readonly settings: SurfaceCurvature };
}

/** Everything that is asked for at points of a line, a plane or a volume: the problem's quantities, and the curvature of its loss. */
export class PointEvaluator {
  private constructor(
    private readonly plain: PlaneEvaluator,
    private readonly curvature: PlaneCurvature | undefined,
  ) {}

  static create(problem: LandscapeProblem, plane: Pick<Plane, 'directions'>, { curvature, ...options }: PointOptions): PointEvaluator {
    const { memory = DEFAULT_MEMORY } = options;
    const asked = curvature && curvature.quantities.length > 0 ? PlaneCurvature.create(problem, plane, curvature.quantities, curvature.settings, { ...options, memory: memory / 2 }) : undefined;
    const plain = PlaneEvaluator.create(problem, plane, asked ? { ...options, memory: memory / 2, mostPoints: asked.population } : options);
    return new PointEvaluator(plain, asked);
  }

  /** Coordinates of a point: the number of directions. */
  get axes(): number {
    return this.plain.axes;
  }

  get quantities(): readonly string[] {
    return [...this.plain.quantities, ...(this.curvature?.quantities ?? [])];
  }

  /** How many points go together: a call brings at most so many. */
  get population(): number {
    return this.plain.population;
  }

  /** Seconds that are spent once; of a group of points; and whether these are known well: as of `PlaneEvaluator`. */
  get startSeconds(): number {
    return this.plain.startSeconds + (this.curvature?.startSeconds ?? 0);
  }

  get groupSeconds(): number | undefined {
    return sumIfKnown(this.plain.groupSeconds, this.curvature ? this.curvature.groupSeconds : 0);
  }

  get isMeasured(): boolean {
    return (this.curvature ?? this.plain).isMeasured;
  }

  /** Seconds of the curvature at the centre; 0 where none is asked for. */
  get centreSeconds(): number | undefined {
    return this.curvature ? this.curvature.groupSeconds : 0;
  }

  get memoryBytes(): number {
    return this.plain.memoryBytes + (this.curvature?.memoryBytes ?? 0);
  }

  /** Values at up to `population` points `[n, axes]`. Throws the signal's reason when it is aborted. */
  async evaluate(coordinates: Float64Array, options?: PassOptions): Promise<PointValues> {
    const values = await this.plain.evaluate(coordinates, options);
    return this.curvature ? { ...values, ...(await this.curvature.evaluate(coordinates, options)) } : values;
  }

  /** The curvature of the loss at the unperturbed weights, as the points have it: no figures where none is asked for. */
  async evaluateCentre(options?: PassOptions): Promise<Record<string, number>> {
    const values = (await this.curvature?.evaluate(new Float64Array(this.axes), options)) ?? {};
    return Object.fromEntries(Object.entries(values).map(([name, [value]]) => [name, value!]));
  }

  async dispose(): Promise<void> {
    await this.plain.dispose();
    await this.curvature?.dispose();
  }
}
