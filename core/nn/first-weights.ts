import { suggestion, UserError } from '#core/graph';
import type { Module } from './module';
import { readSafetensors, type StoredTensor } from './safetensors';

/** How the arrays of a file met a network's own names and shapes. */
export interface WeightsReport {
  /** Names that were found, with the right shape. */
  loaded: string[];
  /** Names of the network that the file does not have. */
  missing: string[];
  /** Names of the file that the network does not have. */
  unexpected: string[];
  mismatched: { name: string; file: readonly number[]; network: readonly number[] }[];
}

/** Counters that PyTorch stores beside BatchNorm's statistics; nothing here needs them. */
const ignored = /(^|\.)num_batches_tracked$/;

/** Compares a file's arrays with a network's parameters and buffers, by name and shape. */
export function compareWeights(module: Module, tensors: Readonly<Record<string, StoredTensor>>): WeightsReport {
  const wanted = { ...module.parameters, ...module.buffers };
  const report: WeightsReport = { loaded: [], missing: [], unexpected: [], mismatched: [] };
  for (const [name, { shape }] of Object.entries(wanted)) {
    const given = Object.hasOwn(tensors, name) ? tensors[name]!.shape : undefined;
    if (given === undefined) report.missing.push(name);
    else if (given.join() !== shape.join()) report.mismatched.push({ name, file: given, network: shape });
    else report.loaded.push(name);
  }
  report.unexpected = Object.keys(tensors).filter((name) => !Object.hasOwn(wanted, name) && !ignored.test(name));
  return report;
}

const listed = (names: readonly string[]): string => (names.length <= 8 ? names.join(', ') : `${names.slice(0, 8).join(', ')} and ${names.length - 8} more`);

/** A report in sentences, one a kind of difference; empty where everything fits. */
export function describeReport({ missing, unexpected, mismatched }: WeightsReport): string[] {
  const shape = (axes: readonly number[]): string => `[${axes.join(', ')}]`;
  return [
    ...(missing.length > 0 ? [`missing in the file: ${listed(missing)}`] : []),
    ...(unexpected.length > 0 ? [`not in the network: ${listed(unexpected)}`] : []),
    ...(mismatched.length > 0 ? [`of another shape: ${listed(mismatched.map(({ name, file, network }) => `${name} is ${shape(file)}, not ${shape(network)}`))}`] : []),
  ];
}

/**
 * The network with a file's arrays as its first weights. Half precision is widened; integers are taken as numbers.
 *
 * @param options.partial takes what fits and leaves the rest to the network's own first values; else every name must be there
 *   with its shape, and no other
 * @throws UserError `weights.mismatch` with every missing, unexpected and mismatched name
 */
export function beginWith(module: Module, bytes: Uint8Array, file: string, options: { partial?: boolean } = {}): { module: Module; report: WeightsReport } {
  const { tensors } = readSafetensors(bytes, file);
  const report = compareWeights(module, tensors);
  const differences = describeReport(report);
  if (report.loaded.length === 0 || (differences.length > 0 && options.partial !== true)) {
    const [unknown] = report.unexpected;
    const near = unknown === undefined ? '' : ` ("${unknown}": ${suggestion(unknown, Object.keys({ ...module.parameters, ...module.buffers }))})`;
    throw new UserError('weights.mismatch', `${file} does not hold the weights of this network (${module.title}):\n  ${differences.join('\n  ')}`, {
      hint: report.loaded.length === 0
        ? `No name fits${near}. Check that architecture and sizes are those the weights were trained with.`
        : 'Check that architecture and sizes are those the weights were trained with, or take only what fits ("partial": true).',
    });
  }
  const floats = (name: string): Float32Array => {
    const { data } = tensors[name]!;
    return data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number);
  };
  const loaded = new Set(report.loaded);
  const fromFile = (name: string): Float32Array | undefined => (loaded.has(name) ? floats(name) : undefined);
  const parameters = Object.fromEntries(Object.entries(module.parameters).map(([name, spec]) => {
    const data = fromFile(name);
    return [name, data === undefined ? spec : { ...spec, initial: () => data.slice() }];
  }));
  const buffers = Object.fromEntries(Object.entries(module.buffers).map(([name, spec]) => [name, { ...spec, initial: fromFile(name) ?? spec.initial }]));
  return { module: { ...module, parameters, buffers, notes: [...(module.notes ?? []), ...differences.map((text) => `${file}: ${text}`)] }, report };
}
