import {
  answerRunCurvature, computeRunMeasures, programName, type CurvatureEvent, type CurvatureRequest, type MeasuresEvent, type MeasuresRequest, type OpenRun,
} from '#core/runs';
import { streamed } from './streamed';
import { Turns } from './turns';

export type CurvatureWorkEvent = CurvatureEvent | { readonly kind: 'end'; readonly id: string; readonly kept: boolean; readonly seconds: number };
export type MeasuresWorkEvent = MeasuresEvent | { readonly kind: 'end'; readonly seconds: number };

export interface CurvatureQuestion {
  readonly request: CurvatureRequest;
  /** Compute anew what is kept. */
  readonly again: boolean;
}

const turns = new Turns();

/** The curvature of a run, told as it is found. */
export function curvatureWork(open: () => Promise<OpenRun>, { request, again }: CurvatureQuestion, signal: AbortSignal | undefined): AsyncGenerator<CurvatureWorkEvent, void> {
  return streamed<CurvatureWorkEvent>(turns, signal, async (telling) => {
    const { id, kept, report } = await answerRunCurvature(await open(), request, { program: programName, again, ...telling });
    return { kind: 'end', id, kept, seconds: report.seconds };
  });
}

/** Measures of a run, told as they are found. */
export function measuresWork(open: () => Promise<OpenRun>, request: MeasuresRequest, signal: AbortSignal | undefined): AsyncGenerator<MeasuresWorkEvent, void> {
  return streamed<MeasuresWorkEvent>(turns, signal, async (telling) => {
    const start = performance.now();
    await computeRunMeasures(await open(), request, telling);
    return { kind: 'end', seconds: (performance.now() - start) / 1000 };
  });
}
