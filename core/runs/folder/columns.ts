import type { EpochRecord, StepRecord } from './metrics-log';

export type Columns = Record<string, Float64Array>;

/** Step records as columns of equal length: step, epoch, loss, learningRate, gradientNorm. */
export function stepColumns(records: readonly StepRecord[]): Columns {
  const column = (name: 'step' | 'epoch' | 'loss' | 'learningRate' | 'gradientNorm'): Float64Array =>
    Float64Array.from(records, (record) => record[name]);
  return {
    step: column('step'),
    epoch: column('epoch'),
    loss: column('loss'),
    learningRate: column('learningRate'),
    gradientNorm: column('gradientNorm'),
  };
}

/** Epoch records as columns: step, epoch and `part.metric` (`validation.accuracy`); NaN where a record lacks one. */
export function epochColumns(records: readonly EpochRecord[]): Columns {
  const columns: Columns = {
    step: Float64Array.from(records, ({ step }) => step),
    epoch: Float64Array.from(records, ({ epoch }) => epoch),
  };
  records.forEach(({ parts }, row) => {
    for (const [part, values] of Object.entries(parts)) {
      for (const [name, value] of Object.entries(values)) {
        const column = (columns[`${part}.${name}`] ??= new Float64Array(records.length).fill(NaN));
        column[row] = value;
      }
    }
  });
  return columns;
}
