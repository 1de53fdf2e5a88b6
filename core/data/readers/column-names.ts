import type { Notice } from '../source';

/**
 * Names for `width` columns: unnamed ones are called by their position (`column3`), and of two that bear the same
 * name the later gets a number (`weight_2`). Each change is a notice.
 */
export function columnNames(given: readonly string[], width: number, file: string, notices: Notice[]): string[] {
  const taken = new Set(given);
  const first = new Map<string, number>();
  const unnamed: number[] = [];
  const names: string[] = [];
  for (let index = 0; index < width; index++) {
    const wanted = given[index] ?? '';
    if (wanted === '') {
      const name = free(`column${index}`, taken);
      if (given.length > 0) unnamed.push(index + 1);
      names.push(name);
      continue;
    }
    const earlier = first.get(wanted);
    if (earlier === undefined) {
      first.set(wanted, index);
      names.push(wanted);
      continue;
    }
    const name = free(wanted, taken, 2);
    names.push(name);
    notices.push({
      code: 'table.duplicate-name',
      message: `${file}: columns ${earlier + 1} and ${index + 1} are both named "${wanted}"; column ${index + 1} is called "${name}" here.`,
      hint: 'Rename one of them in the file if they mean different things, or leave one out.',
    });
  }
  if (unnamed.length > 0) {
    const some = unnamed.slice(0, 10).join(', ') + (unnamed.length > 10 ? ` and ${unnamed.length - 10} more` : '');
    notices.push({
      code: 'table.unnamed',
      message: `${file}: ${unnamed.length === 1 ? `column ${some} has no name and is` : `columns ${some} have no names and are`} called by position, from column0.`,
    });
  }
  return names;
}

function free(wanted: string, taken: Set<string>, from = 1): string {
  let name = from === 1 ? wanted : `${wanted}_${from}`;
  for (let number = Math.max(from, 2); taken.has(name); number++) name = `${wanted}_${number}`;
  taken.add(name);
  return name;
}
