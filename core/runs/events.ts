import type { EpochRecord, MeasureRecord, StepRecord } from './folder/metrics-log';
import type { RunError, RunState } from './folder/run-file';

/** What is told while a run is executed, in the order in which it happens. */
export type ExecutionEvent =
  | { kind: 'state'; state: RunState; error?: RunError }
  | { kind: 'steps'; records: StepRecord[] }
  | { kind: 'epochs'; records: EpochRecord[] }
  | { kind: 'measures'; records: MeasureRecord[] }
  | { kind: 'speed'; examplesPerSecond: number; stepsPerSecond: number; remainingSeconds: number };
