import { UserError } from '#core/graph';
import type { Notice, TableSource } from '../source';
import type { DataSpecification } from '../specification';
import { assignRoles } from './columns';
import type { FeatureDescription, PreparationReport, PreparedPart } from './dataset';
import { encodeColumn, inputNamesOf, rowsToDrop, widthOf } from './encode';
import { fitColumn, missingChoice } from './fit';
import { divide } from './parts';
import { itself, readTarget, rowsWithTarget } from './target';
import type { ColumnTransform, TableTransform } from './transform';
import { assemble, type Prepared } from './assemble';

/** Prepares a table: roles, target, rows that drop out, split, transforms fitted on the training part, encoding. */
export function prepareTable(source: TableSource, specification: DataSpecification): Prepared {
  const { inputs, target: chosen, keptOut } = assignRoles(source, specification);
  const target = chosen === undefined ? itself(source.rows) : readTarget(source.name, chosen.column, chosen.task);
  const report: PreparationReport = { dropped: [], imputed: [], keptOut, warnings: infinities(source) };

  let rows = rowsWithTarget(target);
  drop(report, source.rows - rows.length, `the target "${target.name}" is missing`);
  for (const input of inputs.filter((each) => missingChoice(each, specification) === 'drop')) {
    const { column } = input;
    const out = new Set(rowsToDrop({ kind: 'category', name: column.name, categories: [], fill: null }, column, rows));
    drop(report, out.size, `"${column.name}" is missing`);
    if (out.size > 0) rows = rows.filter((row) => !out.has(row));
  }
  const split = divide(source.name, rows, specification, target, source.parts);
  const columns = inputs.map((input) => ({ input, transform: fitColumn(input, split.train, specification) }));
  const transforms = columns.map(({ transform }) => transform);
  const encode = (part: Int32Array): Float32Array => encodeTable(source, transforms, part, report);
  const width = transforms.reduce((total, transform) => total + widthOf(transform), 0);
  if (width === 0) throw new UserError('data.no-inputs', `${source.name}: no input is left after encoding`, { hint: 'Choose other inputs in data.inputs.' });
  const transformOf = (targetTransform: TableTransform['target']): TableTransform => ({ input: 'table', columns: transforms, target: targetTransform });
  return assemble({
    input: 'table', exampleShape: [width], inputNames: transforms.flatMap(inputNamesOf),
    features: columns.map(({ input, transform }) => describe(input.kind, transform)),
    target, split, encode, transformOf, report, standardize: specification.standardize,
  });
}

/** Encodes rows `[rows.length, inputs]`, adding to the report what was filled in and what was not known. */
export function encodeTable(source: TableSource, transforms: readonly ColumnTransform[], rows: Int32Array, report: PreparationReport): PreparedPart['x'] {
  const stride = transforms.reduce((total, transform) => total + widthOf(transform), 0);
  const out = new Float32Array(rows.length * stride);
  let offset = 0;
  for (const transform of transforms) {
    const column = source.columns.find(({ name }) => name === transform.name)!;
    const { filled, unseen } = encodeColumn(transform, column, rows, out, stride, offset);
    offset += widthOf(transform);
    if (filled > 0) addImputed(report, transform, filled);
    for (const [category, count] of unseen) {
      const what = category === '(missing)' ? 'missing' : `"${category}"`;
      report.warnings.push({
        code: 'data.unseen-category',
        message: `${source.name}: column "${transform.name}" is ${what} in ${count} rows, which the training part never has: its inputs are zero there`,
      });
    }
  }
  return out;
}

function addImputed({ imputed }: PreparationReport, transform: ColumnTransform, count: number): void {
  const present = imputed.find(({ column }) => column === transform.name);
  if (present) present.count += count;
  else imputed.push({ column: transform.name, count, with: transform.kind === 'number' ? String(transform.fill) : transform.fill ?? '' });
}

function drop({ dropped }: PreparationReport, count: number, reason: string): void {
  if (count > 0) dropped.push({ what: 'rows', count, reason });
}

function describe(type: string, transform: ColumnTransform): FeatureDescription {
  const figure = (value: number): string => String(Number(value.toPrecision(4)));
  const treatment = transform.kind === 'category'
    ? `one input for each of ${transform.categories.length} categories`
    : transform.mean === 0 && transform.scale === 1 ? 'as it is' : `standardized (mean ${figure(transform.mean)}, deviation ${figure(transform.scale)})`;
  return { name: transform.name, type, width: widthOf(transform), treatment };
}

/** Infinite cells are treated as missing, and said. */
function infinities({ name, columns }: TableSource): Notice[] {
  return columns.flatMap((column) => {
    if (column.storage !== 'number') return [];
    const rows: number[] = [];
    column.values.forEach((value, row) => {
      if (Math.abs(value) === Infinity) rows.push(row + 1);
    });
    if (rows.length === 0) return [];
    return [{
      code: 'data.infinite',
      message: `${name}: column "${column.name}" is infinite in ${rows.length} cells (row ${rows.slice(0, 5).join(', ')}${rows.length > 5 ? ' ...' : ''}): taken as missing`,
    }];
  });
}
