import { createHash } from 'node:crypto';
import type { Source } from '../source';
import type { DataSpecification } from '../specification';
import type { PreparedDataset } from './dataset';
import { prepareImages } from './images';
import { prepareTable } from './table';

/**
 * Turns a source into examples: target and task, split, imputation, standardization and encoding fitted on the training
 * part only.
 * @throws UserError that names the file, column or row and what to do
 */
export async function prepare(source: Source, specification: DataSpecification, signal?: AbortSignal): Promise<PreparedDataset> {
  const prepared = source.kind === 'table' ? prepareTable(source, specification) : await prepareImages(source, specification, signal);
  // Where the data lie does not matter, what they hold and how they are treated does.
  const { source: _, ...treatment } = specification;
  const fingerprint = createHash('sha256').update(source.fingerprint).update(JSON.stringify(treatment)).digest('hex');
  return { ...prepared, report: { ...prepared.report, warnings: [...source.notices, ...prepared.report.warnings] }, fingerprint };
}
