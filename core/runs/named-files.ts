import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { fileFields, filesOf } from '#core/blocks';
import type { RunSpecification } from './specification/schema';

/** Folder of a run that holds copies of the files its specification names. */
const kept = 'files';

/** The specification with every path changed by `f`: of the data, of the network's file, of the first weights. */
function mapPaths(specification: RunSpecification, f: (path: string) => string): RunSpecification {
  const { data, model, weights } = specification;
  const { source } = data;
  const fields = fileFields('architectures', model).filter((name) => typeof model[name] === 'string' && model[name] !== '');
  return {
    ...specification,
    ...('path' in source && { data: { ...data, source: { ...source, path: f(source.path) } } }),
    model: { ...model, ...Object.fromEntries(fields.map((name) => [name, f(model[name] as string)])) },
    ...(weights && { weights: { ...weights, file: f(weights.file) } }),
  };
}

/** The same specification from any folder. */
export function withAbsolutePaths(specification: RunSpecification, base: string): RunSpecification {
  return mapPaths(specification, (path) => (isAbsolute(path) ? path : join(base, path)));
}

/**
 * Copies the files of the network and of the first weights into a run's folder and names the copies: the run can be resumed
 * and judged wherever it goes. Data are not copied: they may be large, and their fingerprint is kept.
 */
export function keepFiles(specification: RunSpecification, folder: string): RunSpecification {
  const { model, weights } = specification;
  const groups = [filesOf('architectures', model), weights ? [weights.file] : []].filter((files) => files.length > 0);
  const copies = new Map<string, string>();
  for (const [first, ...beside] of groups as [string, ...string[]][]) {
    if (!existsSync(first)) continue;
    // Each group has a folder of its own where names could meet.
    const into = join(folder, kept, ...(copies.size > 0 ? [String(copies.size)] : []));
    for (const file of [first, ...beside]) {
      const copy = join(into, file === first ? basename(file) : relative(dirname(first), file));
      mkdirSync(dirname(copy), { recursive: true });
      if (file !== copy) copyFileSync(file, copy);
      copies.set(file, copy);
    }
  }
  const data = specification.data;
  return { ...mapPaths(specification, (path) => copies.get(path) ?? path), data };
}

/** Paths in a stored specification as they stand in `run.json`: those of kept files relative to the run's folder. */
export function storedPaths<T>(value: T, folder: string): T {
  const inside = join(folder, kept);
  return mapTexts(value, (text) => (text.startsWith(inside) ? `./${relative(folder, text).replaceAll('\\', '/')}` : text));
}

/** The same paths for use, wherever the run's folder is now. */
export function usablePaths<T>(value: T, folder: string): T {
  return mapTexts(value, (text) => (text.startsWith(`./${kept}/`) ? join(folder, text) : text));
}

function mapTexts<T>(value: T, f: (text: string) => string): T {
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') return f(node);
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node === 'object' && node !== null) return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child)]));
    return node;
  };
  return walk(value) as T;
}
