import type { DatasetSummary, Task } from '#host-client';

/** What a data set counts, in words. */
export const unitOf: Record<DatasetSummary['kind'], string> = {
  table: 'rows', arrays: 'rows', images: 'pictures', sequences: 'sequences', text: 'documents',
};

export const taskNames: Record<Task, string> = {
  classification: 'Classification', regression: 'Regression', 'language-model': 'Language model', reconstruction: 'Reconstruction',
};

/** What can be asked of the examples of a data set. */
export function tasksOf({ kind, sequences, proposal }: DatasetSummary): Task[] {
  if (kind === 'text') return ['language-model'];
  if (sequences?.tokens !== undefined) return proposal?.task === 'language-model' ? ['language-model'] : ['classification', 'regression'];
  return ['classification', 'regression', 'reconstruction'];
}

/** Parts of the preparation that have no meaning for a kind of data. */
export const withoutMeaning: Record<DatasetSummary['kind'], readonly string[]> = {
  table: ['image', 'text'],
  arrays: ['image', 'text'],
  images: ['missing', 'sequence', 'text'],
  sequences: ['missing', 'image', 'sequence', 'text'],
  text: ['missing', 'image', 'sequence', 'standardize'],
};
