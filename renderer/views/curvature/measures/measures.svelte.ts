import type { HostClient, MeasureDefinition, MeasureResult, MeasureSetting, MeasuresEvent, MeasuresReport, MeasuresRequest } from '#host-client';
import { Computation } from '../../../app/computation.svelte';
import { notices } from '../../../app/notices.svelte';

/** A request with every field the form shows. */
export type Request = Required<Pick<MeasuresRequest, 'measures' | 'checkpoint' | 'split' | 'subset' | 'seed' | 'settings'>> & {
  /** of a population */
  member?: number;
};

/** What a first look takes: what is quick, and what is asked for most. */
export const firstRequest: Request = {
  measures: ['outputs', 'size', 'frobenius', 'spectral', 'path', 'sharpness', 'hessian'], checkpoint: 'last', split: 'train', subset: 2000, seed: 0, settings: {},
};

export interface Catalogue {
  readonly families: readonly { readonly id: string; readonly title: string }[];
  readonly measures: readonly MeasureDefinition[];
  readonly settings: readonly MeasureSetting[];
}

/** A measure with what was found of it. */
export interface Row {
  readonly definition: MeasureDefinition;
  readonly family: string;
  readonly result: MeasureResult;
}

/** What can be said of a request before it is computed. */
export type Beforehand = Awaited<ReturnType<HostClient['measures']['estimate']>>;

export interface Progress {
  readonly text: string;
  readonly done: number;
  readonly all: number;
  readonly remainingSeconds?: number | undefined;
}

/** The measures of one run: what is shown, what was measured before, and what is being computed. */
export class Measures extends Computation<Progress> {
  catalogue = $state.raw<Catalogue>({ families: [], measures: [], settings: [] });
  reports = $state.raw<readonly MeasuresReport[]>([]);
  shown = $state.raw<MeasuresReport | null>(null);

  constructor(readonly run: string) {
    super();
  }

  /** What is shown in the order of the catalogue. */
  get rows(): Row[] {
    const { families, measures } = this.catalogue;
    return measures.flatMap((definition) => {
      const result = this.shown?.results.find(({ id }) => id === definition.id);
      const family = families.find(({ id }) => id === definition.family)?.title ?? definition.family;
      return result ? [{ definition, family, result }] : [];
    });
  }

  /** Reads what can be measured, and what was. */
  async load(client: HostClient): Promise<void> {
    this.catalogue = await client.measures.catalogue();
    this.reports = await client.measures.list({ run: this.run });
    this.shown ??= this.reports[0] ?? null;
  }

  show(name: string): void {
    this.shown = this.reports.find((report) => report.name === name) ?? this.shown;
  }

  async remove(client: HostClient, name: string): Promise<void> {
    try {
      await client.measures.remove({ run: this.run, name });
      this.reports = this.reports.filter((report) => report.name !== name);
      if (this.shown?.name === name) this.shown = this.reports[0] ?? null;
    } catch (error) {
      notices.failure('The measures could not be removed', error);
    }
  }

  /** Computes, and shows each measure as it is found; each is kept in the run's folder. */
  async compute(client: HostClient, request: Request): Promise<void> {
    await this.follow({ text: 'Preparing', done: 0, all: 0 }, (signal) => client.measures.compute({ run: this.run, ...request }, { signal }), (event) => this.#take(event));
  }

  #take(event: MeasuresEvent): void {
    if (event.kind === 'start') this.#put(event.report);
    if (event.kind === 'progress') this.progress = event;
    if (event.kind === 'result' && this.shown) {
      const { result } = event;
      this.#put({ ...this.shown, results: [...this.shown.results.filter(({ id }) => id !== result.id), result] });
    }
  }

  #put(report: MeasuresReport): void {
    this.shown = report;
    this.reports = [report, ...this.reports.filter(({ name }) => name !== report.name)];
  }
}
