import type { Gauge } from './contracts';

/** Of `count` steps that would be done in one go after `step`, all, or one where something is measured in between. */
export function stepsUntilMeasured(gauge: Gauge | undefined, step: number, count: number): number {
  for (let i = 1; gauge !== undefined && i < count; i++) if (gauge.due(step + i)) return 1;
  return count;
}

/** Whether something is to be measured now: it is due, and has not been done. */
export const isDue = (gauge: Gauge | undefined, { step, measured = -1 }: { step: number; measured?: number }): gauge is Gauge =>
  gauge !== undefined && measured < step && gauge.due(step);
