import { UserError } from '#core/graph';
import type { DataSpecification } from '../specification';
import { limitSplit, splitRows, type Split } from './split';
import type { Target } from './target';

/** Splits the usable rows as the specification says. @throws UserError when a part that was asked for would be empty. */
export function divide(source: string, rows: Int32Array, { split, limit }: DataSpecification, target: Target, parts?: Uint8Array): Split {
  const groups = split.stratify && target.values instanceof Int32Array ? target.values : undefined;
  const whole = splitRows(rows, split, { ...(parts ? { parts } : {}), ...(groups ? { groups } : {}) });
  const empty = (['train', 'validation', 'test'] as const).filter((name) => whole[name].length === 0 && (name === 'train' || split[name] > 0));
  if (empty.length > 0) {
    throw new UserError('data.too-few-rows', `${source}: ${rows.length} usable rows are too few: the ${empty.join(' and ')} part would be empty`, {
      hint: `Add rows, or set ${empty.map((name) => (name === 'train' ? 'smaller shares' : `data.split.${name} to 0`)).join(' and ')}.`,
    });
  }
  return limit === undefined ? whole : limitSplit(whole, limit);
}
