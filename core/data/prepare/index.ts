import { createHash } from 'node:crypto';
import type { Source } from '../source';
import type { DataSpecification } from '../specification';
import type { PreparedDataset } from './dataset';
import { prepareImages } from './images';
import { prepareSequences } from '../sequence/prepare-sequences';
import { sequencesFromTable } from '../sequence/from-table';
import { prepareText } from '../text/prepare-text';
import { profileColumn } from '../infer/profile';
import { proposeTarget } from '../infer/propose';
import type { Prepared } from './assemble';
import { prepareTable } from './table';

/**
 * Turns a source into examples: target and task, split, imputation, standardization and encoding fitted on the training
 * part only.
 * @throws UserError that names the file, column or row and what to do
 */
export async function prepare(source: Source, specification: DataSpecification, signal?: AbortSignal): Promise<PreparedDataset> {
  const prepared = await prepareSource(source, specification, signal);
  // Where the data lie does not matter, what they hold and how they are treated does; how text is read concerns text only.
  const { source: _, text, ...treatment } = specification;
  const concerned = source.kind === 'text' ? { ...treatment, text } : treatment;
  const fingerprint = createHash('sha256').update(source.fingerprint).update(JSON.stringify(concerned)).digest('hex');
  return { ...prepared, report: { ...prepared.report, warnings: [...source.notices, ...prepared.report.warnings] }, fingerprint };
}

function prepareSource(source: Source, specification: DataSpecification, signal?: AbortSignal): Prepared | Promise<Prepared> {
  switch (source.kind) {
    case 'images': return prepareImages(source, specification, signal);
    case 'text': return prepareText(source, specification);
    case 'sequences': return prepareSequences(source, specification, null);
    case 'table': {
      const { sequence, task, target } = specification;
      if (sequence === undefined) return prepareTable(source, specification);
      const aim = target ?? (task === 'reconstruction' ? undefined : proposeTarget(source.columns.map(profileColumn))?.target);
      return prepareSequences(sequencesFromTable(source, sequence, aim), specification, sequence);
    }
  }
}
