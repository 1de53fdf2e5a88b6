import type { DataSpecification } from '#host-client';
import { isDocument, withField, type Document } from '../../components/schema/value';

/** What was decided about one column; what is absent follows from the engine's inference. */
export interface ColumnChoice {
  kind?: string;
  role?: string;
  missing?: string;
}

/** The decisions about a column of a data specification. */
export function columnChoice(data: DataSpecification, column: string): ColumnChoice {
  const columns = isDocument(data.columns) ? data.columns : {};
  const choice = columns[column];
  return isDocument(choice) ? choice : {};
}

/** The specification with one decision about a column; `undefined` gives it back to the engine. */
export function withColumnChoice(data: DataSpecification, column: string, name: keyof ColumnChoice, value: string | undefined): DataSpecification {
  const columns = isDocument(data.columns) ? data.columns : {};
  const choice = withField(columnChoice(data, column) as Document, name, value);
  const next = withField(columns, column, Object.keys(choice).length > 0 ? choice : undefined);
  return withField(data, 'columns', Object.keys(next).length > 0 ? next : undefined);
}

/** The specification with another column to predict. What was decided about that column as an input, and its task, no longer hold. */
export function withTarget(data: DataSpecification, target: string): DataSpecification {
  return withField(withField(withColumnChoice(data, target, 'role', undefined), 'target', target), 'task', undefined);
}

/** The column to predict, as written or as proposed. */
export function targetOf(data: DataSpecification, proposed: string | undefined): string | null {
  return typeof data.target === 'string' ? data.target : (proposed ?? null);
}
