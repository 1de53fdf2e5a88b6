import { type Graph, sizeOf, UserError } from '#core/graph';
import { bytesOf } from './node-cost';
import type { MemoryEstimate } from './memory';

const inWords = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GB` : bytes >= 2 ** 20 ? `${Math.round(bytes / 2 ** 20)} MB` : `${Math.round(bytes / 2 ** 10)} kB`;

/**
 * Refuses a program that will not fit, before anything is allocated.
 *
 * @param available bytes that it may take
 * @throws UserError `runtime.memory` with what it takes, its largest tensors and what to lower
 */
export function refuseAboveMemory(graph: Graph, memory: MemoryEstimate, available: number): void {
  if (memory.total <= available) return;
  const parts = Object.entries({ 'computed on the way': memory.intermediates, fed: memory.inputs, 'given back': memory.outputs, constant: memory.constants })
    .filter(([, bytes]) => bytes > 0.01 * memory.total)
    .sort((a, b) => b[1] - a[1])
    .map(([what, bytes]) => `${inWords(bytes)} ${what}`);
  const fed = [...graph.inputs].sort((a, b) => sizeOf(b.shape) - sizeOf(a.shape))[0];
  const large = memory.largest.length > 0 && memory.intermediates >= memory.inputs
    ? `its largest tensors: ${[...new Set(memory.largest.map((x) => `${x} (${inWords(bytesOf(x))})`))].join(', ')}`
    : fed && `its largest input: ${fed.name} [${fed.shape.join(',')}]`;
  throw new UserError('runtime.memory', `this computation takes about ${inWords(memory.total)} of memory (${parts.join(', ')}), ${inWords(available)} are free`, {
    hint: `lower the batch size, the number of members or the network's width or depth${large === undefined ? '' : `; ${large}`}`,
  });
}
