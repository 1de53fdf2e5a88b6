import type { ExecutionEvent } from '#core/runs';

/** Steps gather in one event, and only the newest speed is kept: memory holds what was measured and no more. */
export function mergeTraining(waiting: ExecutionEvent[], event: ExecutionEvent): boolean {
  const last = waiting.at(-1);
  if (event.kind === 'speed' && last?.kind === 'speed') {
    waiting[waiting.length - 1] = event;
    return true;
  }
  if (event.kind !== 'steps') return false;
  const steps = last?.kind === 'speed' ? waiting.at(-2) : last;
  if (steps?.kind === 'steps') steps.records.push(...event.records);
  // The event's own list may still be used by whoever made it.
  else waiting.push({ ...event, records: [...event.records] });
  return true;
}
