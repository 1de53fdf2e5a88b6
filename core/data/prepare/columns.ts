import { suggestion, UserError } from '#core/graph';
import type { ColumnKind } from '../infer/kind';
import { profileColumn, type ColumnProfile } from '../infer/profile';
import { proposeTarget, proposeTask, type Task } from '../infer/propose';
import type { Column, TableSource } from '../source';
import type { DataSpecification } from '../specification';

/** A column that is learnt from, with the kind it is taken as. */
export interface InputColumn {
  column: Column;
  profile: ColumnProfile;
  kind: Exclude<ColumnKind, 'text' | 'id'>;
}

/** The columns' roles as the specification and the data decide them. */
export interface Roles {
  inputs: InputColumn[];
  /** Absent where the examples themselves are to be restored. */
  target?: { column: Column; profile: ColumnProfile; task: Task };
  keptOut: { column: string; reason: string }[];
}

/** Who is input, who target, who stays out. @throws UserError for unknown names and for nothing to learn from. */
export function assignRoles(source: TableSource, specification: DataSpecification): Roles {
  const names = source.columns.map(({ name }) => name);
  const known = (name: string, field: string): void => {
    if (names.includes(name)) return;
    throw new UserError('data.unknown-column', `${source.name}: ${field} names column "${name}", which is not there: ${suggestion(name, names)}`);
  };
  Object.keys(specification.columns).forEach((name) => known(name, 'data.columns'));
  specification.inputs?.forEach((name) => known(name, 'data.inputs'));
  if (specification.target !== undefined) known(specification.target, 'data.target');

  const profiles = source.columns.map(profileColumn);
  const restored = specification.task === 'reconstruction';
  const target = specification.target ?? (restored ? undefined : proposeTarget(profiles)?.target);
  if (target === undefined && !restored) {
    throw new UserError('data.no-target', `${source.name}: no column can be predicted: ${profiles.map((p) => `${p.name} (${p.keptOut ?? p.kind})`).join(', ')}`, {
      hint: 'Name the column to predict in data.target.',
    });
  }
  const inputs: InputColumn[] = [];
  const keptOut: Roles['keptOut'] = [];
  source.columns.forEach((column, i) => {
    const profile = profiles[i]!;
    if (column.name === target) return;
    const reason = whyOut(column.name, profile, specification);
    if (reason !== undefined) {
      keptOut.push({ column: column.name, reason });
      return;
    }
    inputs.push({ column, profile, kind: inputKind(source.name, column, specification.columns[column.name]?.kind ?? profile.kind) });
  });
  if (inputs.length === 0) {
    throw new UserError('data.no-inputs', `${source.name}: no column is left to learn from: ${keptOut.map(({ column, reason }) => `${column} (${reason})`).join(', ') || 'the target is the only one'}`, {
      hint: 'Take a column in with data.columns: { "NAME": { "role": "input", "kind": "category" } }.',
    });
  }
  if (restored || target === undefined) return { inputs, keptOut };
  const at = names.indexOf(target);
  return { inputs, target: { column: source.columns[at]!, profile: profiles[at]!, task: specification.task ?? proposeTask(profiles[at]!).task }, keptOut };
}

function whyOut(name: string, profile: ColumnProfile, { inputs, columns }: DataSpecification): string | undefined {
  const choice = columns[name];
  if (choice?.role === 'ignore') return 'left out by choice';
  if (profile.missing === profile.rows) return 'every cell is missing';
  if (profile.distinct === 1) return 'the same value in every row';
  if (choice?.role === 'input') return undefined;
  if (inputs !== undefined) return inputs.includes(name) ? undefined : 'not among the chosen inputs';
  if (choice?.kind !== undefined && choice.kind !== 'text' && choice.kind !== 'id') return undefined;
  if (choice?.kind !== undefined) return choice.kind === 'id' ? 'an identifier' : 'free text';
  return profile.keptOut;
}

/** Text and identifiers taken in by choice count as categories, identifiers that are numbers as numbers. */
function inputKind(source: string, column: Column, kind: ColumnKind): InputColumn['kind'] {
  if (kind === 'text' || kind === 'id') return column.storage === 'text' ? 'category' : 'number';
  if (kind === 'number' && column.storage === 'text') {
    const odd = column.dictionary.find((word) => word.trim() === '' || !Number.isFinite(Number(word)));
    if (odd !== undefined) {
      throw new UserError('data.not-a-number', `${source}: column "${column.name}" cannot be read as numbers: it holds "${odd}"`, {
        hint: `Take it as a category, or count "${odd}" as missing with data.source.missingValues.`,
      });
    }
  }
  if (kind === 'date' && column.storage !== 'date') return column.storage === 'text' ? 'category' : 'number';
  return kind;
}
