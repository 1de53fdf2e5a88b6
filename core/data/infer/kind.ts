import type { Column } from '../source';

/** What a column holds, as far as learning from it goes. */
export const columnKinds = ['number', 'category', 'boolean', 'date', 'text', 'id'] as const;
export type ColumnKind = (typeof columnKinds)[number];

/** Up to so many distinct words are categories, whatever the number of rows. */
const alwaysCategories = 20;
/** Beyond, words are categories while each stands for so many rows on average, and there are not more than `mostCategories`. */
const rowsPerCategory = 10;
const mostCategories = 1000;
/** With fewer rows than this, distinct values say nothing about identifiers. */
const enoughForId = 20;

const idName = /^(id|index|idx|row|rowid|row[ _]?(number|id)|no\.?|nr\.?|#|unnamed.*|.*[_ ]id|.*Id|uuid|guid|key)$/;

/** The kind of a column from its values (and, for identifiers, its name), and why it should stay out of the inputs. */
export function columnKind(
  column: Column,
  { rows, missing, distinct, integer }: { rows: number; missing: number; distinct: number; integer: boolean },
): { kind: ColumnKind; keptOut?: string } {
  const present = rows - missing;
  const kind = kindOf(column, present, distinct, integer);
  if (present === 0) return { kind, keptOut: 'every cell is missing' };
  if (kind === 'id') return { kind, keptOut: 'looks like an identifier: every row has its own value' };
  if (kind === 'text') return { kind, keptOut: `free text: ${distinct} different values in ${present} rows` };
  if (distinct === 1) return { kind, keptOut: 'the same value in every row' };
  return { kind };
}

function kindOf(column: Column, present: number, distinct: number, integer: boolean): ColumnKind {
  const allDistinct = distinct === present && present >= enoughForId;
  switch (column.storage) {
    case 'boolean': return 'boolean';
    case 'date': return 'date';
    case 'number': return integer && allDistinct && (idName.test(column.name) || isCounter(column.values)) ? 'id' : 'number';
    case 'text': {
      if (distinct <= alwaysCategories) return 'category';
      if (allDistinct && column.dictionary.every((word) => word.length <= 64 && !/\s/.test(word))) return 'id';
      return distinct <= mostCategories && distinct * rowsPerCategory <= present ? 'category' : 'text';
    }
  }
}

/** Whether the values count the rows: each one more than the one before. */
function isCounter(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[i - 1]! + 1) return false;
  return true;
}
