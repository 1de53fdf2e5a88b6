import type { EpochRecord, MeasureRecord, StepRecord } from './metrics-log';

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

/** Measures as a table, one row a figure: its name; step, epoch, value, residual, low, high, threshold (NaN where there is none), converged (0, 1, NaN). */
export function measureTable(records: readonly MeasureRecord[]): { names: string[]; columns: Columns } {
  const column = (of: (record: MeasureRecord) => number | undefined): Float64Array => Float64Array.from(records, (record) => of(record) ?? NaN);
  return {
    names: records.map(({ name }) => name),
    columns: {
      step: column(({ step }) => step),
      epoch: column(({ epoch }) => epoch),
      value: column(({ value }) => value),
      residual: column(({ residual }) => residual),
      low: column(({ interval }) => interval?.[0]),
      high: column(({ interval }) => interval?.[1]),
      threshold: column(({ threshold }) => threshold),
      converged: column(({ converged }) => (converged === undefined ? undefined : Number(converged))),
    },
  };
}
