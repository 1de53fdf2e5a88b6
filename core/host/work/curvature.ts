import { answerRunCurvature, programName, type CurvatureEvent, type CurvatureRequest, type OpenRun } from '#core/runs';
import { EventQueue } from '../event-queue';
import { Turns } from './turns';

export type CurvatureWorkEvent = CurvatureEvent | { readonly kind: 'end'; readonly id: string; readonly kept: boolean; readonly seconds: number };

export interface CurvatureQuestion {
  readonly request: CurvatureRequest;
  /** Compute anew what is kept. */
  readonly again: boolean;
}

const turns = new Turns();

/** The curvature of a run, told as it is found; one at a time. Whoever leaves, or aborts, cancels it. */
export async function* curvatureWork(open: () => Promise<OpenRun>, { request, again }: CurvatureQuestion, signal: AbortSignal | undefined): AsyncGenerator<CurvatureWorkEvent, void> {
  const done = await turns.take();
  const left = new AbortController();
  let computing: Promise<void> | undefined;
  try {
    if (signal?.aborted) return;
    const run = await open();
    const queue = new EventQueue<CurvatureWorkEvent>(newestProgress);
    computing = answerRunCurvature(run, request, {
      program: programName,
      again,
      signal: AbortSignal.any(signal ? [signal, left.signal] : [left.signal]),
      onEvent: (event) => queue.push(event),
    }).then(
      ({ id, kept, report }) => {
        queue.push({ kind: 'end', id, kept, seconds: report.seconds });
        queue.end();
      },
      (error: unknown) => queue.end({ error }),
    );
    yield* queue;
  } finally {
    left.abort();
    await computing;
    done();
  }
}

/** Of progress that nobody has taken yet only the newest is told. */
function newestProgress(waiting: CurvatureWorkEvent[], event: CurvatureWorkEvent): boolean {
  if (event.kind !== 'progress' || waiting.at(-1)?.kind !== 'progress') return false;
  waiting[waiting.length - 1] = event;
  return true;
}
