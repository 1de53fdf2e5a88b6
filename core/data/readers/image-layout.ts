import type { Notice } from '../source';
import { partCode } from '../source';
import { naturalOrder, orderNames } from '../natural-order';

/** Where a picture stands in its folder: which part and which class it belongs to. */
export interface Placed<T> {
  file: T;
  part: number;
  /** Null for a picture without a class. */
  className: string | null;
}

/** Pictures in their parts and classes. */
export interface Layout<T> {
  pictures: Placed<T>[];
  /** Null where no picture has a class. */
  classes: string[] | null;
  parts: boolean;
  /** Folders above train/test and the classes, which all pictures share; their names do not matter. */
  root: string;
}

const partNames: Record<string, number> = {
  train: partCode.train, training: partCode.train,
  val: partCode.validation, valid: partCode.validation, validation: partCode.validation,
  test: partCode.test, testing: partCode.test,
};

const partOf = (folder: string): number | undefined => (Object.hasOwn(partNames, folder.toLowerCase()) ? partNames[folder.toLowerCase()] : undefined);

/**
 * Reads parts and classes from the folders that pictures lie in: `train/cat/1.png`, `cat/1.png`, or no folder at all.
 * Sorted by part, then by name as people sort.
 */
export function layOut<T extends { name: string }>(files: readonly T[], where: string, notices: Notice[]): Layout<T> {
  const split = files.map((file) => ({ file, path: file.name.split('/') }));
  const depth = sharedDepth(split.map(({ path }) => path));
  const inner = split.map(({ file, path }) => ({ file, path: path.slice(depth) }));
  const parts = inner.some(({ path }) => path.length > 1 && partOf(path[0]!) === partCode.train) ||
    inner.every(({ path }) => path.length > 1 && partOf(path[0]!) !== undefined);

  const placed: Placed<T>[] = [];
  const outside: string[] = [];
  for (const { file, path } of inner) {
    const part = parts ? (path.length > 1 ? partOf(path[0]!) : undefined) : partCode.none;
    if (part === undefined) {
      outside.push(file.name);
      continue;
    }
    const folders = path.slice(parts ? 1 : 0, -1);
    placed.push({ file, part, className: folders[0] ?? null });
  }
  const classes = orderNames([...new Set(placed.flatMap(({ className }) => className ?? []))]);
  if (outside.length > 0) {
    notices.push({
      code: 'images.outside',
      message: `${where}: ${countOf(outside.length, 'picture lies', 'pictures lie')} outside of the train and test folders and ${outside.length === 1 ? 'is' : 'are'} left out: ${firstNames(outside)}.`,
    });
  }
  const kept = classes.length > 0 && !parts ? withoutLoose(placed, where, notices) : placed;
  const loose = kept.filter(({ className }) => className === null);
  if (classes.length === 0) {
    notices.push({
      code: 'images.unlabelled',
      message: `${where} holds pictures without classes.`,
      hint: 'To train a classifier, put the pictures of each class into a folder of its own.',
    });
  } else if (loose.length > 0) {
    notices.push({
      code: 'images.partly-unlabelled',
      message: `${where}: ${countOf(loose.length, 'picture has', 'pictures have')} no class (no folder inside its part): ${firstNames(loose.map(({ file }) => file.name))}.`,
    });
  }
  kept.sort((a, b) => a.part - b.part || naturalOrder(a.file.name, b.file.name));
  return { pictures: kept, classes: classes.length > 0 ? classes : null, parts, root: split[0]!.path.slice(0, depth).join('/') };
}

/** A few pictures beside the folders of the classes (a preview, a logo) belong to none of them. */
function withoutLoose<T extends { name: string }>(placed: readonly Placed<T>[], where: string, notices: Notice[]): Placed<T>[] {
  const loose = placed.filter(({ className }) => className === null);
  if (loose.length > 0) {
    notices.push({
      code: 'images.outside',
      message: `${where}: ${countOf(loose.length, 'picture lies', 'pictures lie')} outside of the classes' folders and ${loose.length === 1 ? 'is' : 'are'} left out: ${firstNames(loose.map(({ file }) => file.name))}.`,
    });
  }
  return placed.filter(({ className }) => className !== null);
}

/**
 * How many folders all pictures share above their parts or classes: an archive often holds one folder that holds all.
 * The last folder above pictures is a class, not shared, and `train` is a part.
 */
function sharedDepth(paths: readonly string[][]): number {
  const first = paths[0]!;
  for (let depth = 0; ; depth++) {
    const folder = first[depth];
    const shared = paths.every((path) => path[depth] === folder && path.length > depth + 2);
    if (!shared || partOf(folder!) !== undefined) return depth;
  }
}

/** The first ten names, and how many more there are. */
export function firstNames(names: readonly string[]): string {
  const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
  return names.slice(0, 10).join(', ') + more;
}

/** `1 picture`, `2 pictures`. */
export function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
