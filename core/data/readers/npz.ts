import { UserError } from '#core/graph';
import type { Notice, Probe, Reader, ReadOptions, Source } from '../source';
import { partCode } from '../source';
import type { ArrayPart } from './array-source';
import { arraySource } from './array-source';
import { fingerprintOf, sha256 } from './fingerprint';
import { isZip } from './image-archive';
import { firstNames } from './image-layout';
import type { NpyArray } from './npy-file';
import { parseNpy } from './npy-file';
import { openArchive } from './zip';

type Role = 'x' | 'y';

const roles: Record<string, Role> = {
  x: 'x', data: 'x', images: 'x', image: 'x', features: 'x', inputs: 'x', input: 'x',
  y: 'y', labels: 'y', label: 'y', target: 'y', targets: 'y', outputs: 'y', output: 'y', classes: 'y',
};

const parts: Record<string, number> = {
  train: partCode.train, training: partCode.train, test: partCode.test, testing: partCode.test,
  val: partCode.validation, valid: partCode.validation, validation: partCode.validation,
};

/** What an array is for by its name: `x`, `y_train`, `test_images`, and `arr_0`, `arr_1` of arrays saved without names. */
function meaning(name: string): { role: Role; part: number } | null {
  if (name === 'arr_0') return { role: 'x', part: partCode.none };
  if (name === 'arr_1') return { role: 'y', part: partCode.none };
  const words = name.toLowerCase().split(/[_\-. ]/);
  // `xtrain`, `ytest`.
  if (words.length === 1) words.splice(0, 1, ...(/^([xy])(train|test|val|valid)$/.exec(words[0]!)?.slice(1) ?? words));
  const [first, second, more] = words;
  if (first === undefined || more !== undefined) return null;
  const named = (word: string): Role | null => (Object.hasOwn(roles, word) ? roles[word]! : null);
  const placed = (word: string): number | null => (Object.hasOwn(parts, word) ? parts[word]! : null);
  if (second === undefined) {
    const role = named(first);
    return role && { role, part: partCode.none };
  }
  const role = named(first) ?? named(second);
  const part = placed(second) ?? placed(first);
  return role && part !== null ? { role, part } : null;
}

async function open(probe: Probe, options: ReadOptions): Promise<Source> {
  const archive = await openArchive(probe.path, options.largestArchive, options.signal);
  const arrays = archive.entries.filter(({ name }) => name.endsWith('.npy'));
  if (arrays.length === 0) {
    throw new UserError('data.npz.none', `${archive.file} holds no NumPy arrays (entries ending in .npy).`, { hint: 'Save arrays with numpy.savez or numpy.savez_compressed.' });
  }
  const name = (entry: string): string => entry.replace(/\.npy$/, '');
  const notices: Notice[] = [];
  const chosen = choose(archive.file, arrays.map((entry) => name(entry.name)), notices);
  const used = new Set(chosen.flatMap(({ x, y }) => [x, y]));
  const read = new Map<string, NpyArray>();
  const hashes: { name: string; hash: string }[] = [];
  for (const entry of arrays) {
    options.signal?.throwIfAborted();
    if (!used.has(name(entry.name))) continue;
    const bytes = await archive.read(entry);
    hashes.push({ name: entry.name, hash: sha256(bytes) });
    read.set(name(entry.name), parseNpy(bytes, `${archive.file}: ${name(entry.name)}`));
  }
  const sets = chosen.map(({ part, x, y }): ArrayPart => ({
    part,
    x: { name: x, array: read.get(x)! },
    ...(y === undefined ? {} : { y: { name: y, array: read.get(y)! } }),
  }));
  return arraySource(sets, {
    name: archive.file, format: 'npz', path: probe.path, bytes: probe.bytes, fingerprint: fingerprintOf(hashes), notices,
  }, options);
}

/** Inputs and labels of each part by the arrays' names. */
function choose(file: string, names: readonly string[], notices: Notice[]): { part: number; x: string; y?: string }[] {
  const found = names.flatMap((name) => {
    const what = meaning(name);
    return what ? [{ name, ...what }] : [];
  });
  // Parts count where there are inputs for them; else the arrays for all examples.
  const inputs = found.filter(({ role }) => role === 'x');
  const split = inputs.filter(({ part }) => part !== partCode.none);
  const chosen = (split.length > 0 ? split : inputs).sort((a, b) => a.part - b.part);
  if (chosen.length === 0 && names.length === 1) chosen.push({ name: names[0]!, role: 'x', part: partCode.none });
  if (chosen.length === 0) {
    throw new UserError('data.npz.names', `${file} holds the arrays ${firstNames(names)}; none is named like inputs.`, {
      hint: 'Name inputs x (or data, images, features) and labels y (or labels, target), or x_train, y_train, x_test, y_test.',
    });
  }
  const twice = chosen.find((one, i) => chosen.some((other, j) => j < i && other.part === one.part));
  if (twice) {
    const same = chosen.filter(({ part }) => part === twice.part).map(({ name }) => name);
    throw new UserError('data.npz.names', `${file}: the arrays ${same.join(' and ')} are both named like inputs.`, { hint: 'Save one array of inputs, or rename the others.' });
  }
  const result = chosen.map(({ name: x, part }) => {
    const labels = found.filter((one) => one.role === 'y' && one.part === part).map(({ name }) => name);
    if (labels.length > 1) {
      throw new UserError('data.npz.names', `${file}: the arrays ${labels.join(' and ')} are both named like labels.`, { hint: 'Save one array of labels, or rename the others.' });
    }
    return { part, x, ...(labels[0] === undefined ? {} : { y: labels[0] }) };
  });
  const used = new Set(result.flatMap(({ x, y }) => [x, y]));
  const unused = names.filter((name) => !used.has(name));
  if (unused.length > 0) notices.push({ code: 'npz.unused', message: `${file}: arrays not used: ${firstNames(unused)}.` });
  return result;
}

/** Several NumPy arrays in a zip archive. */
export const npzReader: Reader = {
  format: 'npz',
  title: 'NumPy arrays (npz)',
  extensions: ['npz'],
  // The first entry's name stands 30 bytes into the archive.
  recognises: (probe) =>
    !probe.directory &&
    (/\.npz$/i.test(probe.path) || (isZip(probe.head) && /^[^/]+\.npy/.test(new TextDecoder('latin1').decode(probe.head.subarray(30, 286))))),
  open,
};
