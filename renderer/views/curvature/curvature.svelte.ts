import type { CurvatureEvent, CurvatureFigures, CurvatureHead, CurvatureListing, CurvaturePoint, CurvatureRequest, HostClient } from '#host-client';
import { Computation } from '../../app/computation.svelte';

/** A request with every field the form shows. */
export type Request = Required<Pick<CurvatureRequest, 'operator' | 'all' | 'top' | 'bottom' | 'trace' | 'frobenius' | 'density' | 'diagonal' | 'algorithm' | 'reorthogonalization' | 'batchNorm' | 'parameters' | 'kinds' | 'byLayer' | 'byBlock' | 'over' | 'vectors' | 'batch' | 'split' | 'subset' | 'seed' | 'checkpoint' | 'maxIterations' | 'tolerance' | 'products' | 'float64'>> & {
  /** of a population */
  member?: number;
};

export const firstRequest: Request = {
  operator: 'hessian', all: false, top: 5, bottom: 1, trace: 'xtrace', frobenius: false, density: true, diagonal: false, algorithm: 'lanczos', reorthogonalization: 'full', batchNorm: 'evaluation', parameters: [], kinds: 'all', byLayer: false, byBlock: false, over: null, vectors: false, batch: null,
  split: 'train', subset: 2000, seed: 0, checkpoint: 'last', maxIterations: 100, tolerance: 1e-3, products: 96, float64: false,
};

/** Whether a request asks for any figure at all. */
export const asksForSomething = ({ all, top, bottom, trace, frobenius, density, diagonal }: Request): boolean => all || top + bottom > 0 || trace !== null || frobenius || density || diagonal;

/** What is known of a run's curvature: grows while it is computed. */
export interface Report {
  head: CurvatureHead;
  member: number | undefined;
  figures: CurvatureFigures | null;
  layers: Readonly<Record<string, CurvatureFigures>>;
  /** of a request over time, in order of the steps */
  points: readonly CurvaturePoint[];
  /** how long it took; `null` while it is computed and where it was stopped */
  seconds: number | null;
  /** its name among the saved ones, once it is whole or was opened */
  id: string | null;
  /** read from the run's folder */
  kept: boolean;
}

export interface Progress {
  text: string;
  part: number;
  parts: number;
}

/** The curvature of one run: what is shown, and what is being computed. */
export class Curvature extends Computation<Progress> {
  shown = $state.raw<Report | null>(null);
  /** results in the run's folder, newest first */
  saved = $state.raw<readonly CurvatureListing[]>([]);

  constructor(readonly run: string) {
    super();
  }

  /** Computes, and shows each figure as it is found. */
  async compute(client: HostClient, request: Request, again = false): Promise<void> {
    await this.follow({ text: 'Preparing', part: 0, parts: 0 }, (signal) => client.curvature.compute({ run: this.run, ...request, again }, { signal }), (event) => this.#take(event, request.member));
    await this.list(client);
  }

  async list(client: HostClient): Promise<void> {
    try {
      this.saved = await client.curvature.list({ run: this.run });
    } catch (error) {
      this.fail(error);
    }
  }

  /** Shows a saved result. */
  async open(client: HostClient, id: string): Promise<void> {
    this.failure = null;
    try {
      const { head, figures, layers, points, seconds, complete } = await client.curvature.get({ run: this.run, id });
      this.shown = { head, member: head.run.member, figures, layers, points, seconds: complete ? seconds : null, id, kept: true };
    } catch (error) {
      this.failure = error;
    }
  }

  async remove(client: HostClient, id: string): Promise<void> {
    try {
      await client.curvature.remove({ run: this.run, id });
      if (this.shown?.id === id) this.shown = null;
    } catch (error) {
      this.failure = error;
    }
    await this.list(client);
  }

  #take(event: CurvatureEvent, member: number | undefined): void {
    switch (event.kind) {
      case 'start':
        this.shown = { head: event.head, member, figures: null, layers: {}, points: [], seconds: null, id: null, kept: false };
        break;
      case 'progress':
        this.progress = event;
        break;
      case 'figures':
        if (!this.shown) return;
        this.shown = withFigures(this.shown, event);
        break;
      case 'end':
        if (this.shown) this.shown = { ...this.shown, seconds: event.seconds, id: event.id, kept: event.kept };
    }
  }
}

/** The report with one matrix's figures put in or replaced. */
function withFigures(report: Report, { step, layer, figures }: Extract<CurvatureEvent, { kind: 'figures' }>): Report {
  const put = <T extends Pick<Report, 'figures' | 'layers'>>(into: T): T => (layer === null ? { ...into, figures } : { ...into, layers: { ...into.layers, [layer]: figures } });
  if (step === null) return put(report);
  const old = report.points.find((point) => point.step === step) ?? { step, figures: null, layers: {} };
  return { ...report, points: [...report.points.filter((point) => point.step !== step), put(old)].sort((a, b) => a.step - b.step) };
}

/** Whether products were computed in float64. */
export const inFloat64 = ({ device }: Pick<CurvatureHead, 'device'>): boolean => device === 'reference';

/** What a report answers, as it can be asked again. */
export const requestOf = ({ head, member }: Report): Request => ({ ...(head.request as Request), float64: inFloat64(head), ...(member !== undefined && { member }) });

/** How a report was made, in one line. */
export function describe({ head, member }: Report): string {
  const { split, kinds } = head.request as { split?: string; kinds?: string };
  return [
    ...(member === undefined ? [] : [`member ${member}`]),
    operatorTitles[head.operator] ?? head.operator,
    `step ${head.run.step}`,
    `${split ?? ''}, ${head.examples} examples`,
    ...(kinds === 'weights' ? ['weights only'] : []),
    ...(inFloat64(head) ? ['float64'] : []),
  ].join(' · ');
}

/** The matrices by what they are called. */
export const operatorTitles: Readonly<Record<string, string>> = {
  hessian: 'Hessian',
  'gauss-newton': 'Gauss-Newton',
  fisher: 'Fisher',
  'empirical-fisher': 'Empirical Fisher',
  'gradient-covariance': 'Gradient covariance',
  'tangent-kernel': 'Tangent kernel',
  'input-hessian': 'Input Hessian',
};
