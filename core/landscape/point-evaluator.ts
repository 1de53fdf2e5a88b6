import { type CurvatureQuantity, type SurfaceCurvature } from './curvature-recipe';
import { DEFAULT_MEMORY, type EvaluatorOptions, PlaneEvaluator, type PointValues } from './evaluator';
import type { Plane } from './plane';
import { PlaneCurvature } from './plane-curvature';
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

  /** Seconds that one point takes; `undefined` until that is known. */
  get pointSeconds(): number | undefined {
    const [plain, curvature] = [this.plain.pointSeconds, this.curvature ? this.curvature.pointSeconds : 0];
    return plain === undefined || curvature === undefined ? undefined : plain + curvature;
  }

  get memoryBytes(): number {
    return this.plain.memoryBytes + (this.curvature?.memoryBytes ?? 0);
  }

  /** Values at up to `population` points `[n, axes]`. Throws the signal's reason when it is aborted. */
  async evaluate(coordinates: Float64Array, signal?: AbortSignal): Promise<PointValues> {
    const values = await this.plain.evaluate(coordinates, signal);
    return this.curvature ? { ...values, ...(await this.curvature.evaluate(coordinates, signal)) } : values;
  }

  async dispose(): Promise<void> {
    await this.plain.dispose();
    await this.curvature?.dispose();
  }
}
