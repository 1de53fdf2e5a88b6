import type { Surface } from '#core/landscape';
import type { computeRunSurface } from '#core/runs';
import { goesOn, interruptible } from '../interrupt';
import type { Terminal } from '../terminal';
import { checkMetric } from './metric';

/** Computes with a bar; Ctrl-C keeps what is known. */
export async function computeWithBar(terminal: Terminal, metric: string, start: (signal: AbortSignal) => ReturnType<typeof computeRunSurface>): Promise<{ surface: Surface; id: string }> {
  let bar: ReturnType<Terminal['progress']> | undefined;
  try {
    return await interruptible(goesOn('surface.stopped'), async (signal) => {
      for await (const event of start(signal)) {
        if (event.kind === 'end') return { surface: event.surface, id: event.id };
        if (event.kind === 'preparing') {
          bar ??= terminal.progress('Preparing', event.total);
          bar.update(event.done, { text: event.text });
        } else if (event.kind === 'start') {
          bar?.end();
          checkMetric(metric, event.surface);
          bar = terminal.progress('Surface', event.total);
          bar.update(event.done);
        } else {
          bar?.update(event.done, { text: `${event.done} of ${event.total} points`, remainingSeconds: event.remainingSeconds });
        }
      }
      throw new Error('the surface ended without an end');
    });
  } finally {
    bar?.end();
  }
}
