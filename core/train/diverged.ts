import { UserError } from '#core/graph';
import type { TypedArray } from '#core/graph';

/** The error that ends a training whose numbers are no longer finite: where it happened (`found` says in which op) and what to try. */
export function diverged(what: string, step: number, epoch: number, clips: boolean, found?: string): UserError {
  const advice = ['Try a lower learning rate (a third of it)', clips ? 'clip the gradient harder' : 'clip the gradient (gradientClip: 1)', 'add a warm-up to the schedule'];
  return new UserError('train.diverged', `${what} at step ${step} (epoch ${epoch + 1}): training stopped${found === undefined ? '' : `. ${found}`}`, {
    hint: `${advice.join(', ')}, or look for extreme values in the data. The last good checkpoint is kept.`,
  });
}

/** The first array that holds a NaN or an infinity. */
export function nonFinite(tensors: Readonly<Record<string, { data: TypedArray }>>): string | undefined {
  for (const [name, { data }] of Object.entries(tensors)) {
    if (data instanceof Float32Array || data instanceof Float64Array) {
      for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return name;
    }
  }
  return undefined;
}
